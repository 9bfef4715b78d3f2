/* SPDX-License-Identifier: ISC */
#ifndef DAEMON_WIRE_H
#define DAEMON_WIRE_H

#include "config/config.h"

/*
 * Builds the daemon from its rooms, runs it until it is shut down, and takes it
 * apart again; a restart does that over with a configuration read anew.
 * Returns the status to exit with: 0, or 2 with the usage error on stderr.
 */
int daemon_run(const struct config_overrides *);

/* "Error: CAUSE" and where to find help, on stderr; returns 2. */
int usage_error(const char *cause);

#endif
