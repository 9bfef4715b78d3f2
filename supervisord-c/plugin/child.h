/* SPDX-License-Identifier: ISC */
#ifndef PLUGIN_CHILD_H
#define PLUGIN_CHILD_H

#include "plugin/supd_plugin.h"
#include "supervisor/supervisor.h"

/*
 * One helper process of a plugin: its output is collected through the loop, a
 * deadline ends it, the supervisor's reaper tells its exit.
 */
typedef void (*child_done_fn)(const struct supd_result *, void *arg);

struct child_options {
	const char *const *argv;
	int input; /* its stdin, stays the caller's; -1: /dev/null */
	int64_t deadline_ms;
	size_t max_output;
	child_done_fn done; /* once, never within child_run */
	void *arg;
};

struct supd_child *child_run(struct supervisor *, const struct child_options *);
/* Ends it without a call to done. */
void child_kill(struct supd_child *);

#endif
