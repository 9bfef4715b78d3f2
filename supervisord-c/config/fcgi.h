/* SPDX-License-Identifier: ISC */
#ifndef CONFIG_FCGI_H
#define CONFIG_FCGI_H

#include "config/reader.h"

/*
 * The socket of an [fcgi-program:x] (contract D2.10).  -1 with the text of the
 * usage error, *out untouched.
 */
int fcgi_read(const struct source *, struct fcgi_socket_config *out,
    char **cause);
/* Warns of each pair of groups that would have a socket at one path: the second
 * takes it from the first. */
void fcgi_find_shared(struct config_reader *);
void fcgi_socket_config_done(struct fcgi_socket_config *);

#endif
