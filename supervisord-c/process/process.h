/* SPDX-License-Identifier: ISC */
#ifndef PROCESS_PROCESS_H
#define PROCESS_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "config/config.h"
#include "events/bus.h"
#include "events/gate.h"
#include "loop/loop.h"
#include "process/state.h"
#include "spawn/command.h"

/*
 * One supervised process: its state, its child when there is one, its pipes
 * and logs.  All intervals are monotonic; reported times are the calendar's.
 */
struct process;
struct group;
struct child_map;
struct fcgi_socket;

/* What every process of a daemon shares; borrowed by each of them.  The members
 * may change while processes live. */
struct process_env {
	struct loop *loop;
	struct bus *bus;
	struct gate *gate;
	struct child_map *children;
	/* Whether starts happen: false while shutting down. */
	bool (*may_start)(void *arg);
	/* Some process changed its state, or a listener has dealt with what its
	 * pool had; may be NULL.  Called in the middle of things: only take a
	 * note. */
	void (*changed)(struct process *, void *arg);
	void *arg;
	bool strip_ansi;
	/* What a group can't get when it is made is an error in the log only. */
	bool tolerant;
	const char *identifier;
	const char *childlogdir;
};

/* Plain facts, for RPC and pages.  Strings are borrowed until the next turn. */
struct process_facts {
	const char *name;
	const char *group;
	enum process_state state;
	pid_t pid;     /* 0: none */
	int64_t start; /* unix seconds, 0: never */
	int64_t stop;
	const char *spawnerr; /* "" if none */
	int exitstatus;
	const char *stdout_logfile; /* "" if none */
	const char *stderr_logfile;
	int64_t uptime_ms;   /* monotonic, since the start */
	bool waits_for_gate; /* STARTING, and asking for permission */
};

/* What a process is made from; the members are borrowed for its life. */
struct process_parts {
	const struct process_env *env;
	struct group *group; /* only handed back by process_group */
	const char *group_name;
	const struct process_config *config;
	struct fcgi_socket *socket; /* NULL unless an fcgi-program */
};

/* Makes its AUTO logs.  NULL with a sentence in *cause. */
struct process *process_create(const struct process_parts *, char **cause);
/* The child, if any, must be gone. */
void process_free(struct process *); /* takes NULL */

const struct process_config *process_config(const struct process *);
struct group *process_group(const struct process *);
const char *process_group_name(const struct process *);
/* For qsort(3) of pointers to processes: by group, then by name. */
int process_compare(const void *, const void *);
enum process_state process_state(const struct process *);
pid_t process_pid(const struct process *);
void process_get_facts(const struct process *, struct process_facts *);
/* What getProcessInfo calls description (contract C3.2); the caller frees. */
char *process_describe(const struct process *);

/*
 * Requests.  start asks the gate, then spawns; a failure shows in the state
 * (BACKOFF with spawnerr; FATAL if the gate refuses).  stop sends stopsignal
 * and escalates; both return false if the state does not allow it.  The state
 * is UNKNOWN after a stop whose signal the kernel refused; the reason is in
 * the log.
 */
bool process_start(struct process *);
bool process_stop(struct process *);
/* The start that autostart=true asks for: only if it was never started. */
void process_autostart(struct process *);
/* For a shutdown: stops what runs, and takes BACKOFF to FATAL. */
void process_end(struct process *);
/* SIGKILL at once, whatever stopwaitsecs says; nothing without a child. */
void process_kill(struct process *);
/* Whether it was sent SIGKILL, its stop being overdue, and is still there. */
bool process_was_killed(const struct process *);
/* To the process only, never its group.  -1 and the fault's text in *cause. */
int process_signal(struct process *, int signo, char **cause);
/* Written, the rest queued, which is bounded (1 MiB; 16 MiB for an event
 * listener).  0, or -1 and errno with nothing taken: ESRCH not running, EPIPE
 * no or closed stdin, ENOBUFS too much waiting. */
int process_write_stdin(struct process *, const void *, size_t len);
/* Checks the command as a start would, without starting; see
 * spawn/command.h. */
enum command_problem process_check_command(const struct process *,
    char **cause);
/* Empties both logs (contract C3.4); -1 and errno. */
int process_clear_logs(struct process *);
void process_reopen_logs(struct process *);

/*
 * Called at the end of the turn in which the state changed (several changes in
 * a turn are one call), and a last time when the process is freed.  The
 * callback may do what it likes, also start and stop.
 */
typedef void (*process_watch_fn)(struct process *, void *arg);
struct process_watch;
struct process_watch *process_watch(struct process *, process_watch_fn,
    void *arg);
void process_unwatch(struct process_watch *); /* takes NULL */

/*
 * For the pool of an event listener, whose stdout is a protocol.  Called in the
 * middle of things: no start, no stop from here.
 */
struct process_tap {
	void (*spawned)(struct process *, void *arg);
	void (*output)(struct process *, const void *, size_t, void *arg);
	void (*gone)(struct process *, void *arg); /* the child has ended */
};
/* The table is borrowed for good; NULL ends it. */
void process_set_tap(struct process *, const struct process_tap *, void *arg);

#endif
