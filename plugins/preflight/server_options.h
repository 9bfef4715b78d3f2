/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_SERVER_OPTIONS_H
#define PREFLIGHT_SERVER_OPTIONS_H

#include <stddef.h>

#include "preflight/server_table.h"

/*
 * Reads the options of a server's command line from words[first] on; words the
 * server's table does not know are passed over.
 */
void server_options_read(const struct server *, const struct strvec *words,
    size_t first, struct server_settings *);

#endif
