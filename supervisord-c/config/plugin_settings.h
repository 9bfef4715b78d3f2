/* SPDX-License-Identifier: ISC */
#ifndef CONFIG_PLUGIN_SETTINGS_H
#define CONFIG_PLUGIN_SETTINGS_H

#include "config/reader.h"

/*
 * What no table knows is kept as it was written: plugins have keys in program
 * sections and sections of their own.
 */

/* The keys of a program section, and of [DEFAULT], that are not options. */
void settings_read_program(const struct source *, struct settings *);
/* All keys of a section but the named one (which may be NULL). */
void settings_read(const struct source *, const char *except,
    struct settings *);
void settings_done(struct settings *);
/* Replaces the last setting's value. */
void settings_set(struct settings *, size_t index, char *value);

/* Whether the section belongs to a plugin: [plugin:x], [preflight] and so on. */
bool is_plugin_section(const char *name);
/* Fills plugin_sections of the configuration. */
void plugin_sections_read(struct config_reader *);

#endif
