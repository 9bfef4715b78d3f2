/* SPDX-License-Identifier: ISC */
/*
 * The table of a process's life.  The first row that matches decides; what has
 * no row is not for that state, and nothing happens then.
 *
 * FATAL is always reached through BACKOFF and EXITED through RUNNING, because
 * event listeners count on the pairs (contract C7.1): a refusal of the gate and
 * a child that ends after startsecs but before anybody noticed take two steps.
 */
#include <stddef.h>

#include "process/state.h"

/* What must hold for a row to match. */
enum condition {
	ALWAYS,
	NO_CHILD,
	DIED_EARLY,
	RETRIES_SPENT,
	STOP_REQUESTED,
};

struct transition {
	enum process_state in;
	enum process_happening on;
	enum condition when;
	struct process_step step;
};

/* clang-format off */
#define TO(state, act) { PROC_##state, ACT_##act }
static const struct transition transitions[] = {
	/* in            on               when            becomes  and does */
	{ PROC_STOPPED,  ON_START,        ALWAYS,         TO(STARTING, ASK) },
	{ PROC_EXITED,   ON_START,        ALWAYS,         TO(STARTING, ASK) },
	{ PROC_FATAL,    ON_START,        ALWAYS,         TO(STARTING, ASK) },

	{ PROC_STARTING, ON_ADMITTED,     ALWAYS,         TO(STARTING, SPAWN) },
	{ PROC_STARTING, ON_REFUSED,      ALWAYS,         TO(BACKOFF, FAIL) },
	{ PROC_STARTING, ON_SPAWN_FAILED, ALWAYS,         TO(BACKOFF, NONE) },
	{ PROC_STARTING, ON_STAYED_UP,    ALWAYS,         TO(RUNNING, NONE) },
	{ PROC_STARTING, ON_CHILD_EXITED, DIED_EARLY,     TO(BACKOFF, NONE) },
	{ PROC_STARTING, ON_CHILD_EXITED, ALWAYS,         TO(RUNNING, AGAIN) },
	{ PROC_STARTING, ON_STOP,         NO_CHILD,       TO(STOPPED, WITHDRAW) },
	{ PROC_STARTING, ON_STOP,         ALWAYS,         TO(STOPPING, SIGNAL_STOP) },
	{ PROC_STARTING, ON_KILL_FAILED,  ALWAYS,         TO(UNKNOWN, NONE) },

	{ PROC_RUNNING,  ON_CHILD_EXITED, ALWAYS,         TO(EXITED, NONE) },
	{ PROC_RUNNING,  ON_STOP,         ALWAYS,         TO(STOPPING, SIGNAL_STOP) },
	{ PROC_RUNNING,  ON_KILL_FAILED,  ALWAYS,         TO(UNKNOWN, NONE) },

	{ PROC_BACKOFF,  ON_RETRY_DUE,    RETRIES_SPENT,  TO(FATAL, NONE) },
	{ PROC_BACKOFF,  ON_RETRY_DUE,    ALWAYS,         TO(STARTING, ASK) },
	{ PROC_BACKOFF,  ON_GIVE_UP,      ALWAYS,         TO(FATAL, NONE) },
	{ PROC_BACKOFF,  ON_STOP,         ALWAYS,         TO(STOPPED, NONE) },

	{ PROC_STOPPING, ON_CHILD_EXITED, ALWAYS,         TO(STOPPED, NONE) },
	{ PROC_STOPPING, ON_STOP_OVERDUE, ALWAYS,         TO(STOPPING, SIGNAL_KILL) },
	{ PROC_STOPPING, ON_KILL_FAILED,  ALWAYS,         TO(UNKNOWN, NONE) },

	{ PROC_UNKNOWN,  ON_CHILD_EXITED, STOP_REQUESTED, TO(STOPPED, NONE) },
	{ PROC_UNKNOWN,  ON_CHILD_EXITED, ALWAYS,         TO(EXITED, NONE) },
};
#undef TO
/* clang-format on */

static const struct {
	const char *name;
	int code;
	unsigned int sets;
} states[] = {
#define X(id, number, in)                                                      \
	[PROC_##id] = { .name = #id, .code = number, .sets = in },
	PROCESS_STATES(X)
#undef X
};

static const char *const happenings[] = {
#define X(name) [ON_##name] = #name,
	PROCESS_HAPPENINGS(X)
#undef X
};

const char *
process_state_name(enum process_state state)
{
	return states[state].name;
}

int
process_state_code(enum process_state state)
{
	return states[state].code;
}

bool
process_state_in(enum process_state state, enum process_state_set set)
{
	return (states[state].sets & set) != 0;
}

const char *
process_happening_name(enum process_happening happening)
{
	return happenings[happening];
}

static bool
holds(enum condition condition, const struct process_guard *guard)
{
	switch (condition) {
	case ALWAYS:
		return true;
	case NO_CHILD:
		return !guard->has_child;
	case DIED_EARLY:
		return guard->died_early;
	case RETRIES_SPENT:
		return guard->retries_spent;
	case STOP_REQUESTED:
		return guard->stop_requested;
	}
	return false;
}

bool
process_next(enum process_state state, enum process_happening happening,
    const struct process_guard *guard, struct process_step *step)
{
	const size_t count = sizeof(transitions) / sizeof(transitions[0]);
	const struct transition *row;

	for (row = transitions; row < transitions + count; row++) {
		if (row->in != state || row->on != happening ||
		    !holds(row->when, guard))
			continue;
		*step = row->step;
		return true;
	}
	return false;
}
