/* SPDX-License-Identifier: ISC */
#ifndef CONFIG_GROUP_H
#define CONFIG_GROUP_H

#include "config/reader.h"

/*
 * Groups: [group:x], and those that a program, listener or fcgi-program is by
 * itself (contract D2.7).  Fills the configuration's groups, sorted.  -1 with
 * the text of the usage error.
 */
int groups_read(struct config_reader *, char **cause);
void group_config_done(struct group_config *);

#endif
