/* SPDX-License-Identifier: ISC */
#ifndef SPAWN_SPAWN_H
#define SPAWN_SPAWN_H

#include <sys/types.h>

#include "spawn/plan.h"

/*
 * Starts the child.  All signals are blocked across the fork and the child
 * resets every disposition before it unblocks them, so that a signal sent right
 * after this returns is never lost.  Returns the pid, or -1 and errno.  What
 * fails in the child is told on its fd 2 in Supervisor's words, and it exits
 * with 127.
 */
pid_t spawn(const struct spawn_plan *);

#endif
