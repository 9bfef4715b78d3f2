/* SPDX-License-Identifier: ISC */
#ifndef BASE_CMDLINE_H
#define BASE_CMDLINE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Command lines as Supervisor's programs read them: classic getopt that stops
 * at the first word, with bundled short options and long names that may be
 * cut to a unique prefix (contract D1.1).
 */

/* One row of a program's table; a row without id ends it. */
struct cmdline_option {
	int id;		 /* the caller's number, not 0; two rows may share it */
	char short_name; /* '\0': none */
	const char *long_name; /* NULL: none */
	bool takes_value;
	/*
	 * Not one of Supervisor's: never makes a prefix ambiguous that is
	 * unique among those that are.
	 */
	bool addition;
	bool ends; /* everything behind it is words, not options */
};

/* One option as it was given. */
struct cmdline_item {
	int id;
	char *spelling;	   /* "-m", or the whole long name: "--logfile" */
	const char *value; /* borrowed from argv; NULL if it takes none */
};

struct cmdline {
	struct cmdline_item *items; /* in the order they were given */
	size_t count;
	char *const *words; /* what is left of argv, ended by NULL; borrowed */
};

/*
 * Reads argv[1] and on; argv must outlive the result.  Returns -1 with the text
 * of the usage error ("option -c requires argument").
 */
int cmdline_parse(const struct cmdline_option *, char *const argv[],
    struct cmdline *, char **cause);
void cmdline_done(struct cmdline *);

/*
 * For the caller's loop over the items, each after its value was accepted: -1
 * with "conflicting command line option '-n'" if an item before this one has
 * the same id.
 */
int cmdline_check_once(const struct cmdline *, size_t index, char **cause);
/* Sets *cause to "invalid value for -m '9': " and the reason; returns -1. */
int cmdline_refuse(const struct cmdline_item *, const char *reason,
    char **cause);

#endif
