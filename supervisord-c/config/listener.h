/* SPDX-License-Identifier: ISC */
#ifndef CONFIG_LISTENER_H
#define CONFIG_LISTENER_H

#include "config/reader.h"

/* What an [eventlistener:x] has besides a program (contract D2.11).  NULL with
 * the text of the usage error. */
struct pool_config *pool_config_read(const struct source *, char **cause);
void pool_config_free(struct pool_config *);

/* Whether events= may name this type; upper case. */
bool is_event_type(const char *);

#endif
