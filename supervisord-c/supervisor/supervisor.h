/* SPDX-License-Identifier: ISC */
#ifndef SUPERVISOR_SUPERVISOR_H
#define SUPERVISOR_SUPERVISOR_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/strvec.h"
#include "config/config.h"
#include "events/bus.h"
#include "events/gate.h"
#include "logs/main_log.h"
#include "loop/loop.h"
#include "process/group.h"

/*
 * The daemon's heart: groups, mood, start and stop order, reload, ticks,
 * reaping and signals (contract D3, D4).  It knows no HTTP and no RPC.
 */
struct supervisor;

/* Codes of getState; anything below RUNNING refuses RPC. */
enum supervisor_mood {
	MOOD_SHUTDOWN = -1,
	MOOD_RESTARTING = 0,
	MOOD_RUNNING = 1,
};

struct supervisor_parts {
	struct loop *loop;
	struct bus *bus; /* outlives a restart: serials go on */
	struct gate *gate;
	struct main_log *main_log;		  /* may be NULL in tests */
	const struct config_overrides *overrides; /* for reload */
	/* Whether the daemon could begin again with this configuration: -1 with
	 * the reason in *cause.  NULL: it could. */
	int (*try_config)(const struct config *, char **cause, void *arg);
	void *arg;
	/* What was found good before everything was stopped must not end the
	 * daemon now: a socket or AUTO log that can't be made is logged. */
	bool restarted;
};

/* Takes the config, also on failure. */
struct supervisor *supervisor_create(const struct supervisor_parts *,
    struct config *);
/* No child is left.  After a mood of RESTARTING the signals stay blocked until
 * the next supervisor_run, so that none is lost between. */
void supervisor_free(struct supervisor *);

/* Removes old AUTO logs and creates all groups (nothing is spawned yet): after
 * the servers are open, so that a second daemon harms nothing of the first.
 * -1 with *cause. */
int supervisor_add_groups(struct supervisor *, char **cause);
/* Announces RUNNING, takes the signals, spawns what autostarts.  When all is
 * over done(arg) is called: ask supervisor_mood whether to restart. */
void supervisor_run(struct supervisor *, void (*done)(void *arg), void *arg);

enum supervisor_mood supervisor_mood(const struct supervisor *);
/* From RPC: no log line. */
void supervisor_shutdown(struct supervisor *);
/* Validates the configuration first; -1 with *cause if it would not load, and
 * everything goes on as before. */
int supervisor_restart(struct supervisor *, char **cause);
/* The configuration that was read and validated for the restart, the caller's
 * from now on; NULL if there was none. */
struct config *supervisor_take_next(struct supervisor *);

struct loop *supervisor_loop(const struct supervisor *);
struct bus *supervisor_bus(const struct supervisor *);
struct main_log *supervisor_main_log(const struct supervisor *);
/* The configuration as last read; running groups may hold older ones. */
const struct config *supervisor_config(const struct supervisor *);

/* Groups in the order of priority, then of creation. */
size_t supervisor_group_count(const struct supervisor *);
struct group *supervisor_group(const struct supervisor *, size_t index);
struct group *supervisor_find_group(const struct supervisor *, const char *);
/* "group:name" or "name", split at the first colon (contract C2.5).  *group is
 * set when the group exists, *process stays NULL for "group:*", "group:" and
 * what does not exist. Returns -1 if the name names nothing. */
int supervisor_find(const struct supervisor *, const char *namespec,
    struct group **group, struct process **process);

/* Names of groups, as reloadConfig returns them. */
struct reload_result {
	struct strvec added, changed, removed;
};
/* Reads the files again; on an error -1 with *cause and nothing has changed. */
int supervisor_reload(struct supervisor *, struct reload_result *,
    char **cause);
void reload_result_done(struct reload_result *);
/* 0; -1 with errno ENOENT (unknown), EEXIST (already active), or another with
 * *cause. */
int supervisor_add_group(struct supervisor *, const char *name, char **cause);
/* 0; -1 with errno ENOENT or EBUSY (something still runs). */
int supervisor_remove_group(struct supervisor *, const char *name);

/* Log reopening as USR2 does it. */
void supervisor_reopen_logs(struct supervisor *);

/* For a helper that is no process: exited is called once, from the loop, when
 * this child of the daemon has ended. */
void supervisor_watch_child(struct supervisor *, pid_t,
    void (*exited)(pid_t, int status, void *arg), void *arg);
/* exited is not called any more. */
void supervisor_forget_child(struct supervisor *, pid_t);

#endif
