/* SPDX-License-Identifier: ISC */
#ifndef HELPERS_CONFIG_DUMP_H
#define HELPERS_CONFIG_DUMP_H

#include <jansson.h>

#include "config/config.h"
#include "config/ctl.h"

/*
 * A configuration as one JSON object: what every option is once defaults and
 * expansions have been applied.  Passwords are not shown.  ctl may be NULL.
 * The caller drops the reference.
 */
json_t *config_dump(const struct config *, const struct ctl_config *ctl);

/* {"error": cause} */
json_t *config_dump_error(const char *cause);

#endif
