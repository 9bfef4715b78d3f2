/* SPDX-License-Identifier: ISC */
#ifndef PROCESS_WATCH_H
#define PROCESS_WATCH_H

#include <stdbool.h>
#include <sys/queue.h>

#include "process/process.h"

/*
 * Those who wait for a process.  They are told at the end of the turn, when
 * nothing is half done any more, so that they may start and stop it.
 */
TAILQ_HEAD(watch_queue, process_watch);

struct watch_list {
	struct watch_queue watches;
	struct process *process;
	struct loop *loop;
	bool due;     /* telling is deferred */
	bool telling; /* ended ones stay in the list for now */
};

void watch_list_init(struct watch_list *, struct loop *, struct process *);
/* Tells everybody a last time; watches that are not ended then are on their
 * own, to be ended by their owners. */
void watch_list_done(struct watch_list *);
void watch_list_notify(struct watch_list *);
struct process_watch *watch_list_add(struct watch_list *, process_watch_fn,
    void *arg);

#endif
