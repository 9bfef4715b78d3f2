/* SPDX-License-Identifier: ISC */
#ifndef SUPERVISOR_SHUTDOWN_H
#define SUPERVISOR_SHUTDOWN_H

#include <stddef.h>

#include "loop/loop.h"
#include "supervisor/members.h"

/*
 * Stops groups in descending order of their priority numbers (contract D3.8),
 * those of one priority together, without a pause between them.  Listeners that
 * are busy with events get a second in all.
 */
struct shutdown;

/* Copies the list, which is in ascending order; begins with shutdown_step.
 * done is called once, from shutdown_step. */
struct shutdown *shutdown_create(struct loop *, struct member *const *,
    size_t count, loop_fn done, void *arg);
void shutdown_free(struct shutdown *); /* takes NULL */
/* Goes as far as it can now; to be called at the end of a turn in which a
 * process has changed its state, or a pool of listeners is busy no more. */
void shutdown_step(struct shutdown *);
/* SIGKILL to everything that is left, of every group. */
void shutdown_kill_all(struct shutdown *);

#endif
