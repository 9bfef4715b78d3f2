/* SPDX-License-Identifier: ISC */
#ifndef CONFIG_FIELD_H
#define CONFIG_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "config/reader.h"

/*
 * Options as rows of tables.  One row serves reading, messages, comparing,
 * copying, freeing, the dump and the list of known keys.
 */

enum field_type {
	FIELD_INT,	   /* int */
	FIELD_BOOL,	   /* bool */
	FIELD_BYTES,	   /* int64_t */
	FIELD_OCTAL,	   /* mode_t */
	FIELD_UMASK,	   /* int, -1 if absent */
	FIELD_STRING,	   /* char *, NULL if absent */
	FIELD_LOGLEVEL,	   /* enum log_level */
	FIELD_DIRECTORY,   /* char * */
	FIELD_DIRPATH,	   /* char * */
	FIELD_SIGNAL,	   /* int */
	FIELD_AUTORESTART, /* enum autorestart */
	FIELD_EXITCODES,   /* int *; companion: size_t, how many */
	FIELD_USER,	   /* uid_t; companion: bool, whether there is one */
	FIELD_NAME,	   /* char *, checked and not expanded */
	FIELD_SERVERURL,   /* char *; companion: bool, whether it was AUTO */
	FIELD_LOGFILE,	   /* struct channel_config: kind and path;
			    * companion: bool, whether it was "syslog" */
	FIELD_ENVIRONMENT, /* struct strvec, read by its own code */
};

struct field {
	const char *name; /* NULL ends a table */
	enum field_type type;
	size_t offset;
	const char *def;   /* as in a file; NULL: the member stays as it is */
	size_t companion;  /* offset of a second member, see the type */
	bool twice;	   /* expanded a second time (contract D2.3) */
	bool reading_only; /* lies behind the record proper: not compared,
			    * copied or freed */
};

/* Fills a record from the section; returns at the first error. */
int field_table_read(const struct field *, const struct source *, void *record,
    char **cause);
/* Whether two records have the same values. */
bool field_table_equal(const struct field *, const void *, const void *);
/* Gives a flat copy of a record texts of its own. */
void field_table_own(const struct field *, void *record);
void field_table_done(const struct field *, void *record);

bool field_table_has(const struct field *, const char *key);
/* Appends the names. */
void field_table_names(const struct field *, struct strvec *);

#endif
