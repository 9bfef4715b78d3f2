/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_CHILD_H
#define PREFLIGHT_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "preflight/probe/probe.h"
#include "preflight/probe/walk.h"

/*
 * A probe child: forked from the checker, it enters the worker's view, becomes
 * the identity for good and works with direct system calls only (contract
 * P4.1 and its appendix).
 */

/* What a child works with, once it is who it has to be. */
struct child {
	struct view view;
	int out;	     /* records */
	int links;	     /* /proc/self/fd, where it begins to work */
	bool protects_files; /* fs.protected_regular, as the parent reads it */
};

typedef void (*child_fn)(const struct child *, void *arg);

struct child_plan {
	const struct probe_as *as;
	bool become; /* false: stay who we are (inferred answers) */
	child_fn work;
	void *arg;
	unsigned cpu_seconds;
};

/*
 * Starts it; *out is the reading end of its pipe, non-blocking, and *pid the
 * child's, which the caller kills and reaps.  Returns WHY_NONE; WHY_VANISHED if
 * the worker is gone; WHY_OTHER_ERROR with errno if a call failed.
 */
enum why child_start(const struct child_plan *, pid_t *pid, int *out);

#endif
