/* SPDX-License-Identifier: ISC */
/*
 * Supervisor ignores what it does not know, and so do we, because files must
 * work in both.  Here the slips are found that this hides.
 */
#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "base/xmalloc.h"
#include "config/hints.h"
#include "config/plugin_settings.h"
#include "config/program.h"
#include "config/server.h"

/* Keys that are not rows of a field table. */
static const char *const no_keys[] = { NULL };
static const char *const group_keys[] = { "programs", "priority", NULL };
static const char *const pool_keys[] = { "buffer_size", "events",
	"result_handler", NULL };
static const char *const fcgi_keys[] = { "socket", "socket_backlog",
	"socket_mode", "socket_owner", NULL };
static const char *const inet_keys[] = { "port", "username", "password", NULL };
static const char *const unix_keys[] = { "file", "chmod", "chown", "username",
	"password", NULL };
static const char *const include_keys[] = { "files", NULL };
static const char *const ctl_keys[] = { "serverurl", "username", "password",
	"prompt", "history_file", NULL };

static const struct kind {
	const char *name; /* one that ends in : is a prefix */
	const char *const *keys;
	const struct field *tables[2];
	bool any_key; /* or keys are not ours to judge */
} kinds[] = {
	{ "program:", no_keys,
	    { program_section_fields, program_process_fields }, false },
	{ "eventlistener:", pool_keys,
	    { program_section_fields, program_process_fields }, false },
	{ "fcgi-program:", fcgi_keys,
	    { program_section_fields, program_process_fields }, false },
	{ "group:", group_keys, { NULL, NULL }, false },
	{ "supervisord", no_keys, { server_fields, NULL }, false },
	{ "supervisorctl", ctl_keys, { NULL, NULL }, false },
	{ "include", include_keys, { NULL, NULL }, false },
	{ "inet_http_server", inet_keys, { NULL, NULL }, false },
	{ "unix_http_server", unix_keys, { NULL, NULL }, false },
	{ "rpcinterface:", no_keys, { NULL, NULL }, true },
	{ "ctlplugin:", no_keys, { NULL, NULL }, true },
	{ "plugin:", no_keys, { NULL, NULL }, true },
	{ "preflight:", no_keys, { NULL, NULL }, true },
	{ "preflight", no_keys, { NULL, NULL }, true },
};

#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

static bool
is_server_section(const struct kind *kind, const char *section)
{
	return (kind->keys == inet_keys || kind->keys == unix_keys) &&
	    strncmp(section, kind->name, strlen(kind->name)) == 0;
}

static const struct kind *
kind_of(const char *section)
{
	size_t len;

	for (size_t i = 0; i < KIND_COUNT; i++) {
		len = strlen(kinds[i].name);
		if (strcmp(section, kinds[i].name) == 0 ||
		    is_server_section(&kinds[i], section) ||
		    (kinds[i].name[len - 1] == ':' &&
			strncmp(section, kinds[i].name, len) == 0))
			return &kinds[i];
	}
	return NULL;
}

static void
known_keys(const struct kind *kind, struct strvec *keys)
{
	for (size_t i = 0; kind->keys[i] != NULL; i++)
		strvec_push(keys, kind->keys[i]);
	for (size_t i = 0; i < 2 && kind->tables[i] != NULL; i++)
		field_table_names(kind->tables[i], keys);
}

static void
hint_key(struct config_reader *reader, const struct ini_section *section,
    const struct ini_value *value, const struct strvec *known)
{
	const char *meant;

	if (strvec_find(known, value->key) != -1 ||
	    strncmp(value->key, "preflight", 9) == 0)
		return;
	meant = suggest(value->key, (const char *const *)known->items);
	reader_hint(reader, value->file, value->line,
	    "unknown key '%s' in [%s] is ignored%s%s%s", value->key,
	    section->name, meant != NULL ? ", did you mean '" : "",
	    meant != NULL ? meant : "", meant != NULL ? "'?" : "");
}

static void
hint_section(struct config_reader *reader, const struct ini_section *section)
{
	const char *names[KIND_COUNT + 1] = { NULL };
	size_t len = strcspn(section->name, ":");
	char *word =
	    xstrndup(section->name, section->name[len] == ':' ? len + 1 : len);
	const char *meant;

	for (size_t i = 0; i < KIND_COUNT; i++)
		names[i] = kinds[i].name;
	meant = suggest(word, names);
	if (meant != NULL)
		reader_hint(reader, section->file, section->line,
		    "unknown section [%s] is ignored, did you mean [%s%s]?",
		    section->name, meant,
		    meant[strlen(meant) - 1] == ':' && section->name[len] == ':'
			? section->name + len + 1
			: "");
	else
		reader_hint(reader, section->file, section->line,
		    "unknown section [%s] is ignored", section->name);
	free(word);
}

void
hints_find(struct config_reader *reader)
{
	const struct kind *kind;

	for (const struct ini_section *s = reader->ini.sections; s != NULL;
	     s = s->hh.next) {
		struct strvec known = STRVEC_INIT;

		kind = kind_of(s->name);
		if (kind == NULL) {
			hint_section(reader, s);
			continue;
		}
		if (kind->any_key)
			continue;
		known_keys(kind, &known);
		for (size_t i = 0; i < s->count; i++)
			hint_key(reader, s, &s->values[i], &known);
		strvec_done(&known);
	}
}
