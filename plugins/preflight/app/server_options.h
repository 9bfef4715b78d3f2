/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_SERVER_OPTIONS_H
#define PREFLIGHT_SERVER_OPTIONS_H

#include <stddef.h>

#include "preflight/app/server_table.h"

/*
 * The options of a server's command line.
 */

/* One option; all is borrowed from the words or the table. */
struct server_given {
	const struct server_option *option;
	const char *value; /* "" if it has none */
	const char *word;  /* as it was written */
};

/*
 * Finds the next option that the server's table knows, from words[*at] on, and
 * moves *at behind it; false if there is none.
 */
bool server_options_next(const struct server *, const struct strvec *words,
    size_t *at, struct server_given *);

/* Sets all options from words[first] on. */
void server_options_read(const struct server *, const struct strvec *words,
    size_t first, struct server_settings *);

#endif
