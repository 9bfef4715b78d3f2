/* SPDX-License-Identifier: ISC */
#ifndef SPAWN_SPAWN_CHILD_H
#define SPAWN_SPAWN_CHILD_H

#include <signal.h>

#include "spawn/plan.h"

/*
 * The child's whole life before its program: only async-signal-safe calls, no
 * memory of the parent's is changed.  Called with every signal blocked; mask
 * is what the program starts with.
 */
_Noreturn void spawn_child(const struct spawn_plan *, const sigset_t *mask);

#endif
