/* SPDX-License-Identifier: ISC */
#ifndef SPAWN_SHARED_VFORK_H
#define SPAWN_SHARED_VFORK_H

#include <signal.h>
#include <sys/types.h>

#include "spawn/plan.h"

/*
 * Like vfork, and then spawn_child: the child has the plan's descriptors and
 * the mask, and the parent goes on when the program is executed.  But it costs
 * the same however many descriptors the parent has.  All signals must be
 * blocked and there must be no other thread.  The first call takes four
 * descriptors for good, as low as it gets them.  The pid, or -1 and errno.
 */
pid_t shared_vfork(const struct spawn_plan *, const sigset_t *mask);

#endif
