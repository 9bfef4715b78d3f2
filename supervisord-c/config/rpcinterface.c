/* SPDX-License-Identifier: ISC */
/*
 * Namespaces of the XML-RPC interface.  Supervisor loads them from Python; the
 * only one there is here is its own.
 */
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "config/plugin_settings.h"
#include "config/program.h"
#include "config/rpcinterface.h"

#define FACTORY_KEY  "supervisor.rpcinterface_factory"
#define MAIN_MODULE  "supervisor.rpcinterface:"
#define MAIN_FACTORY MAIN_MODULE "make_main_rpcinterface"

/* In the words of the Python that is not there. */
static int
cannot_resolve(const char *spec, const char *section, char **cause)
{
	size_t len = strlen(MAIN_MODULE);

	if (strncmp(spec, MAIN_MODULE, len) == 0)
		return cause_set(cause,
		    "%s cannot be resolved within [%s]: module '%.*s' has no "
		    "attribute '%s'",
		    spec, section, (int)len - 1, spec, spec + len);
	return cause_set(cause,
	    "%s cannot be resolved within [%s]: No module named '%.*s'", spec,
	    section, (int)strcspn(spec, ".:"), spec);
}

static int
check_factory(const struct source *source, char **cause)
{
	const char *section = source->section->name;
	char *spec;
	int result = 0;

	if (source_get(source, FACTORY_KEY, NULL, &spec, cause) == -1)
		return -1;
	if (spec == NULL)
		return cause_set(cause,
		    "section [%s] does not specify a " FACTORY_KEY, section);
	if (strcmp(spec, MAIN_FACTORY) != 0)
		result = cannot_resolve(spec, section, cause);
	free(spec);
	return result;
}

static int
expand_arguments(const struct source *source, struct settings *extra,
    char **cause)
{
	char *text;

	for (size_t i = 0; i < extra->count; i++) {
		if (source_get(source, extra->items[i].key, NULL, &text,
			cause) == -1)
			return -1;
		settings_set(extra, i, text);
	}
	return 0;
}

static int
read_rpcinterface(const struct source *source, char **cause)
{
	struct config *config = source->reader->config;
	struct rpcinterface_config *added;

	if (check_factory(source, cause) == -1)
		return -1;
	config->rpcinterfaces = xreallocarray(config->rpcinterfaces,
	    config->rpcinterface_count + 1, sizeof(*config->rpcinterfaces));
	added = &config->rpcinterfaces[config->rpcinterface_count++];
	*added = (struct rpcinterface_config){
		.name = xstrdup(section_suffix(source->section->name)),
	};
	settings_read(source, FACTORY_KEY, &added->extra);
	for (size_t i = 0; i < added->extra.count; i++)
		reader_hint(source->reader, source->section->file,
		    source->section->line,
		    "[%s] takes no option '%s': no server can be started",
		    source->section->name, added->extra.items[i].key);
	return expand_arguments(source, &added->extra, cause);
}

int
rpcinterfaces_read(struct config_reader *reader, char **cause)
{
	struct source source = { .reader = reader, .names = &reader->env };
	int result = 0;

	for (source.section = reader->ini.sections;
	     source.section != NULL && result == 0;
	     source.section = source.section->hh.next) {
		if (strncmp(source.section->name, "rpcinterface:", 13) == 0)
			result = read_rpcinterface(&source, cause);
	}
	return result;
}
