/* SPDX-License-Identifier: ISC */
#ifndef INI_INI_FILE_H
#define INI_INI_FILE_H

#include <stddef.h>

#include <uthash.h>

#include "base/strvec.h"

/*
 * The contents of one or more INI files, merged as Supervisor does: sections
 * of the same name become one, and of two values for a key the later counts.
 */

struct ini_value {
	char *key;	  /* lower case */
	char *value;	  /* lines joined by '\n'; not expanded */
	const char *file; /* where the value was written; lives as the whole */
	unsigned int line;
};

struct ini_section {
	char *name;
	const char *file; /* where the section first appeared */
	unsigned int line;
	struct ini_value *values; /* own ones, without those of [DEFAULT] */
	size_t count;
	UT_hash_handle hh; /* hh.next: the next in the order of appearance */
};

struct ini_file {
	const char *only; /* set before the first file: of all sections, this
			     one and [DEFAULT] are kept; NULL: all */
	struct ini_section *sections; /* NULL: none */
	struct ini_section defaults;  /* [DEFAULT], not among the sections */
	struct strvec files;
};

#define INI_FILE_INIT                                                          \
	{                                                                      \
		.sections = NULL                                               \
	}

/*
 * Adds what a file says.  data is NUL-terminated behind len; name is what
 * messages call the file.  -1 with the text of the usage error; what was there
 * before is untouched then.
 */
int ini_file_add(struct ini_file *, const char *name, const char *data,
    size_t len, char **cause);
void ini_file_done(struct ini_file *);

/* NULL if there is none. */
struct ini_section *ini_file_section(const struct ini_file *, const char *name);
/* The section's own value or that of [DEFAULT]; NULL if neither has one.  The
 * section may be NULL. */
const struct ini_value *ini_file_get(const struct ini_file *,
    const struct ini_section *, const char *key);

#endif
