/* SPDX-License-Identifier: ISC */
#ifndef SUPERVISOR_RELOAD_H
#define SUPERVISOR_RELOAD_H

#include "config/config.h"
#include "supervisor/members.h"
#include "supervisor/supervisor.h"

/* What a configuration would change in the active groups (contract C3.6): only
 * compares. */
void reload_compare(const struct members *, const struct config *,
    struct reload_result *);

#endif
