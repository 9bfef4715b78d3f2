/* SPDX-License-Identifier: ISC */
#ifndef PROCESS_STATE_H
#define PROCESS_STATE_H

#include <stdbool.h>

/*
 * The life of a process as a table (contract D4): which state follows which
 * when something happens.  Pure: it knows no clock, no child and no log.
 */

/* The sets of states that callers ask for. */
enum process_state_set {
	SET_STOPPED = 1, /* nothing runs and nothing will by itself */
	SET_RUNNING = 2, /* a start is refused, a stop accepted */
	SET_SIGNALLABLE = 4,
};

/* clang-format off */
/* X(name, code in RPC, sets) */
#define PROCESS_STATES(X)                                \
	X(STOPPED, 0, SET_STOPPED)                       \
	X(STARTING, 10, SET_RUNNING | SET_SIGNALLABLE)   \
	X(RUNNING, 20, SET_RUNNING | SET_SIGNALLABLE)    \
	X(BACKOFF, 30, SET_RUNNING)                      \
	X(STOPPING, 40, SET_SIGNALLABLE)                 \
	X(EXITED, 100, SET_STOPPED)                      \
	X(FATAL, 200, SET_STOPPED)                       \
	X(UNKNOWN, 1000, SET_STOPPED)

enum process_state {
#define X(name, code, sets) PROC_##name,
	PROCESS_STATES(X)
#undef X
	PROC_STATE_COUNT
};
/* clang-format on */

/* "RUNNING", never NULL. */
const char *process_state_name(enum process_state);
/* The number that RPC shows. */
int process_state_code(enum process_state);
bool process_state_in(enum process_state, enum process_state_set);

/* clang-format off */
/* What can happen to a process. */
#define PROCESS_HAPPENINGS(X)                                            \
	X(START)        /* asked for, or due by itself */                \
	X(ADMITTED)     /* the gate lets it start */                     \
	X(REFUSED)      /* the gate does not */                          \
	X(SPAWN_FAILED) /* there is no child */                          \
	X(STAYED_UP)    /* startsecs have passed */                      \
	X(CHILD_EXITED)                                                  \
	X(RETRY_DUE)    /* the back-off is over */                       \
	X(GIVE_UP)      /* no retry: shutting down */                    \
	X(STOP)                                                          \
	X(STOP_OVERDUE) /* stopwaitsecs have passed */                   \
	X(KILL_FAILED)  /* the kernel refused the signal */

enum process_happening {
#define X(name) ON_##name,
	PROCESS_HAPPENINGS(X)
#undef X
	ON_COUNT
};
/* clang-format on */

const char *process_happening_name(enum process_happening);

/* What has to be done after the state was entered. */
enum process_act {
	ACT_NONE,
	ACT_ASK, /* ask the gate */
	ACT_SPAWN,
	ACT_WITHDRAW,	 /* the question to the gate */
	ACT_SIGNAL_STOP, /* the state is entered first, then the signal sent */
	ACT_SIGNAL_KILL,
	ACT_AGAIN, /* the same happening once more, in the new state */
	ACT_FAIL,  /* ON_GIVE_UP at once */
};

/* What the table has to know besides. */
struct process_guard {
	bool has_child;
	bool died_early;     /* within startsecs */
	bool retries_spent;  /* failures > startretries */
	bool stop_requested; /* in this life of the child */
};

struct process_step {
	enum process_state state;
	enum process_act act;
};

/* False, with *step untouched, if this is not for this state. */
bool process_next(enum process_state, enum process_happening,
    const struct process_guard *, struct process_step *);

#endif
