/* SPDX-License-Identifier: ISC */
#ifndef CONFIG_SERVER_H
#define CONFIG_SERVER_H

#include "config/field.h"

/*
 * [supervisord] (contract D2.6).  -1 with the text of the usage error.
 */

/* Rows of struct config. */
extern const struct field server_fields[];

/* Fills the configuration from the section, and then from the command line,
 * which wins but does not spare the file its checks. */
int server_read(struct config_reader *, char **cause);
/* What is checked after everything else: the user. */
int server_check_user(struct config_reader *, char **cause);

#endif
