/* SPDX-License-Identifier: ISC */
/*
 * Keys and sections that belong to plugins.  Their values are not expanded:
 * Supervisor never looks at them, so what it would refuse must stay harmless.
 */
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "config/plugin_settings.h"
#include "config/program.h"

static void
add_setting(struct settings *settings, const struct ini_value *value)
{
	settings->items = xreallocarray(settings->items, settings->count + 1,
	    sizeof(*settings->items));
	settings->items[settings->count++] = (struct setting){
		.key = xstrdup(value->key),
		.value = xstrdup(value->value),
		.file = xstrdup(value->file),
		.line = value->line,
	};
}

static bool
is_program_option(const char *key)
{
	return field_table_has(program_section_fields, key) ||
	    field_table_has(program_process_fields, key);
}

static void
add_program_settings(const struct ini_section *section,
    struct settings *settings)
{
	for (size_t i = 0; i < section->count; i++) {
		if (!is_program_option(section->values[i].key) &&
		    settings_get(settings, section->values[i].key) == NULL)
			add_setting(settings, &section->values[i]);
	}
}

void
settings_read_program(const struct source *source, struct settings *settings)
{
	add_program_settings(source->section, settings);
	add_program_settings(&source->reader->ini.defaults, settings);
}

void
settings_read(const struct source *source, const char *except,
    struct settings *settings)
{
	const struct ini_section *from[] = {
		source->section,
		&source->reader->ini.defaults,
	};

	for (size_t k = 0; k < 2; k++) {
		for (size_t i = 0; i < from[k]->count; i++) {
			const char *key = from[k]->values[i].key;

			if ((except == NULL || strcmp(key, except) != 0) &&
			    settings_get(settings, key) == NULL)
				add_setting(settings, &from[k]->values[i]);
		}
	}
}

void
settings_set(struct settings *settings, size_t index, char *value)
{
	free(settings->items[index].value);
	settings->items[index].value = value;
}

void
settings_done(struct settings *settings)
{
	for (size_t i = 0; i < settings->count; i++) {
		free(settings->items[i].key);
		free(settings->items[i].value);
		free(settings->items[i].file);
	}
	free(settings->items);
	*settings = (struct settings){ .items = NULL };
}

const char *
settings_get(const struct settings *settings, const char *key)
{
	for (size_t i = 0; i < settings->count; i++) {
		if (strcmp(settings->items[i].key, key) == 0)
			return settings->items[i].value;
	}
	return NULL;
}

bool
is_plugin_section(const char *name)
{
	return strncmp(name, "plugin:", 7) == 0 ||
	    strcmp(name, "preflight") == 0 ||
	    strncmp(name, "preflight:", 10) == 0;
}

void
plugin_sections_read(struct config_reader *reader)
{
	struct config *config = reader->config;
	struct plugin_section *added;
	struct source source = { .reader = reader };

	for (const struct ini_section *s = reader->ini.sections; s != NULL;
	     s = s->hh.next) {
		if (!is_plugin_section(s->name))
			continue;
		config->plugin_sections = xreallocarray(config->plugin_sections,
		    config->plugin_section_count + 1,
		    sizeof(*config->plugin_sections));
		added =
		    &config->plugin_sections[config->plugin_section_count++];
		*added = (struct plugin_section){ .name = xstrdup(s->name) };
		source.section = s;
		settings_read(&source, NULL, &added->settings);
	}
}
