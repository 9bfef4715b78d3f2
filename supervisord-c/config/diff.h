/* SPDX-License-Identifier: ISC */
#ifndef CONFIG_DIFF_H
#define CONFIG_DIFF_H

#include "config/config.h"

/*
 * Whether a running group would be another one under a new configuration
 * (contract D2.9): priority, members in order, every option, and what belongs
 * to listeners and sockets.  An option that is AUTO on either side does not
 * count, except from a path to AUTO.
 */
bool config_group_differs(const struct group_config *,
    const struct group_config *);
bool config_process_differs(const struct process_config *,
    const struct process_config *);

#endif
