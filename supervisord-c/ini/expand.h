/* SPDX-License-Identifier: ISC */
#ifndef INI_EXPAND_H
#define INI_EXPAND_H

#include <stdbool.h>
#include <stddef.h>

/*
 * %(name)s in values, as Python's string formatting with a mapping does it
 * (contract D2.3).
 */

/* A table of names; what it does not have is looked up in its parent. */
struct expand_table {
	struct expand_name *names;
	size_t count;
	const struct expand_table *parent; /* NULL: none */
	bool unlisted;			   /* messages do not list its names */
};

void expand_set(struct expand_table *, const char *name, const char *text);
void expand_set_int(struct expand_table *, const char *name, long long);
/* Drops the table's own names. */
void expand_table_done(struct expand_table *);

/*
 * The value with its names replaced; the caller frees.  option is what messages
 * call the place ("program:x.command").  NULL with the text of the usage error.
 */
char *expand(const struct expand_table *, const char *value, const char *option,
    char **cause);

#endif
