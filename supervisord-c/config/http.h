/* SPDX-License-Identifier: ISC */
#ifndef CONFIG_HTTP_H
#define CONFIG_HTTP_H

#include "config/reader.h"

/*
 * [inet_http_server] and [unix_http_server] (contract D2.6): fills servers and
 * serverurl of the configuration.  -1 with the text of the usage error.
 */
int servers_read(struct config_reader *, char **cause);
void http_server_config_done(struct http_server_config *);

#endif
