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
void fcgi_socket_config_done(struct fcgi_socket_config *);

#endif
