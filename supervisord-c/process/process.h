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

/*
 * One supervised process: its state, its child when there is one, its pipes
 * and logs.  All intervals are monotonic; reported times are the calendar's.
 */
struct process;
struct group;

/* What every process of a daemon shares; borrowed by each of them. */
struct process_env {
	struct loop *loop;
	struct bus *bus;
	struct gate *gate;
	/* Whether automatic starts happen: false while shutting down. */
	bool (*may_autostart)(void *arg);
	void *arg;
	bool strip_ansi;
	const char *identifier;
	const char *childlogdir;
};

/* Plain facts, for RPC and pages.  Strings are borrowed until the next turn. */
struct process_facts {
	const char *name;
	const char *group;
	enum process_state state;
	pid_t pid; /* 0: none */
	int64_t start; /* unix seconds, 0: never */
	int64_t stop;
	const char *spawnerr; /* "" if none */
	int exitstatus;
	const char *stdout_logfile; /* "" if none */
	const char *stderr_logfile;
	int64_t uptime_ms; /* monotonic, since the start */
};

struct process *process_create(const struct process_env *, struct group *,
    const struct process_config *);
/* The child, if any, must be gone. */
void process_free(struct process *);

const struct process_config *process_config(const struct process *);
struct group *process_group(const struct process *);
enum process_state process_state(const struct process *);
pid_t process_pid(const struct process *);
void process_get_facts(const struct process *, struct process_facts *);
/* What getProcessInfo calls description (contract C3.2); the caller frees. */
char *process_describe(const struct process *);

/*
 * Requests.  start asks the gate, then spawns; a failure shows in the state
 * (BACKOFF with spawnerr).  stop sends stopsignal and escalates; both return
 * false if the state does not allow it.
 */
bool process_start(struct process *);
bool process_stop(struct process *);
/* To the process only, never its group.  -1 and the fault's text in *cause. */
int process_signal(struct process *, int signo, char **cause);
/* Queued, bounded at 1 MiB.  0, or -1 and errno: ESRCH not running, EPIPE no or
 * closed stdin, ENOBUFS too much waiting. */
int process_write_stdin(struct process *, const void *, size_t len);
/* Checks the command as a start would, without starting; see
 * spawn/command.h. */
int process_check_command(const struct process *, char **cause);
/* Empties both logs (contract C3.4); -1 and errno. */
int process_clear_logs(struct process *);
void process_reopen_logs(struct process *);

/* The reaper found this process's child. */
void process_child_exited(struct process *, int status);

/* Called after every change of state, and (state the same) when the process is
 * freed or its wish changes; for those who wait.  Several may watch. */
typedef void (*process_watch_fn)(struct process *, void *arg);
struct process_watch;
struct process_watch *process_watch(
    struct process *, process_watch_fn, void *arg);
void process_unwatch(struct process_watch *); /* takes NULL */

#endif
