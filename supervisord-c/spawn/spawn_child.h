/* SPDX-License-Identifier: ISC */
#ifndef SPAWN_SPAWN_CHILD_H
#define SPAWN_SPAWN_CHILD_H

#include <signal.h>

#include "spawn/plan.h"

/*
 * For functions that run here and do not return: the address sanitizer would
 * look for the end of a thread's stack, and shared_vfork gives another one.
 */
#define SPAWN_CHILD_CODE __attribute__((no_sanitize_address))

/* The exit status of a child that could not execute its program. */
#define EXIT_NOT_SPAWNED 127

/*
 * The child's whole life before its program: only async-signal-safe calls, no
 * memory of the parent's is changed.  Called with every signal blocked; mask
 * is what the program starts with.
 */
_Noreturn void spawn_child(const struct spawn_plan *, const sigset_t *mask);

#endif
