/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_SESSION_H
#define PREFLIGHT_SESSION_H

#include <stddef.h>
#include <stdint.h>

#include "preflight/probe/child.h"
#include "preflight/probe/record.h"

/* Takes one record; path has record->path_len bytes and no NUL. */
typedef void (*record_fn)(const struct record *, const char *path, void *arg);

struct session {
	const struct child_plan *plan;
	int64_t quiet_ms;    /* no record for so long: the child hangs */
	int64_t deadline_ms; /* clock_mono_ms(); 0: none */
	record_fn take;
	void *arg;
	/* Set after: */
	enum why why;	/* as session_run returns it */
	int error;	/* of a refusal by the system */
	bool refused;	/* no child was started, too many are left behind */
	bool abandoned; /* the child does not even die: left behind */
};

/*
 * Runs one child to its end, handing its records on.  Returns WHY_NONE if it
 * did all its work, WHY_TIMED_OUT if it hung or the deadline passed, WHY_BROKEN
 * if it died or sent garbage, or the reason it could not begin.  When three
 * children had to be left behind no more are started: WHY_TIMED_OUT.
 */
enum why session_run(struct session *);

/* So many children are there at once at most (contract P6). */
#define SESSIONS_MAX 2

/* The same for up to SESSIONS_MAX at once; returns when all are over, with the
 * reason in each. */
void session_run_together(struct session *const *, size_t count);

#endif
