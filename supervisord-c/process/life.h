/* SPDX-License-Identifier: ISC */
#ifndef PROCESS_LIFE_H
#define PROCESS_LIFE_H

#include <stdbool.h>
#include <stdint.h>

#include "process/instance.h"
#include "process/leftovers.h"
#include "process/process.h"
#include "process/watch.h"

/*
 * The inside of struct process, for process.c and life.c only: life.c is the
 * one that changes the state.
 */
struct process {
	struct process_parts parts;
	const struct process_tap *tap; /* NULL: not a listener's */
	void *tap_arg;
	struct watch_list watches;

	enum process_state state;
	struct instance *instance; /* NULL: no child */
	struct leftovers leftovers;
	struct gate_question *question; /* NULL: not asking */
	struct loop_timer *timer;
	int64_t due_ms; /* monotonic, valid while the timer is set */

	int64_t started_ms; /* monotonic */
	int64_t start;	    /* unix seconds, 0: never */
	int64_t stop;
	int failures; /* in a row, as back-off counts them */
	int exitstatus;
	bool exit_expected;
	bool stop_requested; /* of this child */
	bool kill_sent;	     /* since then */
	bool died_early;
	char *spawnerr; /* NULL: none */
	/* Paths of the AUTO logs of stdout and stderr; NULL: it has none. */
	char *auto_logs[2];
};

void life_begin(struct process *);
/* Frees what the machine holds; there is no child. */
void life_end(struct process *);
/* False if the happening is not for the state it is in. */
bool life_fire(struct process *, enum process_happening);
/* SIGKILL to a child that was asked to stop and has not. */
void life_stop_overdue(struct process *);
/* The path of the log of stdout (0) or stderr (1); NULL: none. */
const char *life_log_path(const struct process *, int channel);

#endif
