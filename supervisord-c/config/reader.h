/* SPDX-License-Identifier: ISC */
#ifndef CONFIG_READER_H
#define CONFIG_READER_H

#include <stdbool.h>

#include "base/strvec.h"
#include "config/config.h"
#include "ini/expand.h"
#include "ini/ini_file.h"

/*
 * What the parts of this room share while a configuration is built: the text of
 * all files, and the tables of names for %(name)s.
 */
struct config_reader {
	const struct config_overrides *overrides;
	struct config *config; /* what is built */
	struct ini_file ini;
	char *base;		  /* where relative paths start from */
	bool has_include;	  /* then every value knows its %(here)s */
	struct expand_table env;  /* ENV_x */
	struct expand_table here; /* and here */
	struct expand_table host; /* and host_node_name */
};

/* One section and the names that its values may use. */
struct source {
	struct config_reader *reader;
	const struct ini_section *section;
	const struct expand_table *names;
};

/*
 * *text becomes the expanded value, which the caller frees; NULL if there is
 * none.  option is what messages call the place; NULL is "section.key".
 */
int source_get(const struct source *, const char *key, const char *option,
    char **text, char **cause);
/* As written; NULL if there is none; borrowed. */
const struct ini_value *source_raw(const struct source *, const char *key);

/* A message for the main log, and one for --check-config only. */
void reader_message(struct config_reader *, enum log_level, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));
void reader_hint(struct config_reader *, const char *file, unsigned int line,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

#endif
