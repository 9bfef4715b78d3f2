/* SPDX-License-Identifier: ISC */
/*
 * The daemon's heart.  It owns the active groups and the mood, hears the
 * signals and collects dead children; what happens to a process then is the
 * process's business, and what happens in which order at the end is that of
 * shutdown.c.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/signame.h"
#include "base/xmalloc.h"
#include "process/autolog.h"
#include "process/child_map.h"
#include "spawn/reap.h"
#include "supervisor/init_notify.h"
#include "supervisor/members.h"
#include "supervisor/reload.h"
#include "supervisor/shutdown.h"
#include "supervisor/supervisor.h"
#include "supervisor/ticks.h"

enum {
	/* So many requests to exit mean: at once. */
	IMPATIENT = 3,
};

struct supervisor {
	struct supervisor_parts parts;
	struct generation *current; /* the configuration as last read */
	struct strvec seen_env;	    /* of all configurations, for reloads */
	struct config *next;	    /* of the restart that was asked for */
	struct process_env env;
	struct members members;
	enum supervisor_mood mood;
	struct ticks *ticks;	   /* NULL until it runs */
	struct shutdown *shutdown; /* NULL until it ends */
	int exit_requests;
	void (*done)(void *arg);
	void *done_arg;
};

/*
 * Making
 */

static bool
is_running(void *arg)
{
	const struct supervisor *supervisor = arg;

	return supervisor->mood == MOOD_RUNNING;
}

static void
on_step_due(void *arg)
{
	struct supervisor *supervisor = arg;

	shutdown_step(supervisor->shutdown);
}

static void
on_process_changed(struct process *process, void *arg)
{
	struct supervisor *supervisor = arg;

	(void)process;
	if (supervisor->shutdown == NULL)
		return;
	loop_defer_cancel(supervisor->parts.loop, on_step_due, supervisor);
	loop_defer(supervisor->parts.loop, on_step_due, supervisor);
}

/* The one in force from now on; takes it.  Groups keep the one they have. */
static void
use_config(struct supervisor *supervisor, struct config *config)
{
	generation_drop(supervisor->current);
	supervisor->current = generation_create(config);
	supervisor->env.strip_ansi = config->strip_ansi;
	supervisor->env.identifier = config->identifier;
	supervisor->env.childlogdir = config->childlogdir;
	for (size_t i = 0; i < config->environment.len; i++) {
		const char *pair = config->environment.items[i];
		size_t len = strcspn(pair, "=");
		char *name = xstrndup(pair, len);

		strvec_env_set(&supervisor->seen_env, name,
		    pair[len] == '=' ? pair + len + 1 : "");
		free(name);
	}
}

struct supervisor *
supervisor_create(const struct supervisor_parts *parts, struct config *config)
{
	struct supervisor *supervisor = xcalloc(1, sizeof(*supervisor));

	supervisor->parts = *parts;
	supervisor->mood = MOOD_RUNNING;
	supervisor->env = (struct process_env){
		.loop = parts->loop,
		.bus = parts->bus,
		.gate = parts->gate,
		.children = child_map_create(),
		.may_start = is_running,
		.changed = on_process_changed,
		.arg = supervisor,
	};
	use_config(supervisor, config);
	members_init(&supervisor->members, &supervisor->env);
	return supervisor;
}

int
supervisor_add_groups(struct supervisor *supervisor, char **cause)
{
	const struct config *config = supervisor->current->config;

	if (!config->nocleanup)
		autolog_clean(config->childlogdir, config->identifier);
	supervisor->env.tolerant = supervisor->parts.restarted;
	for (size_t i = 0; i < config->group_count; i++) {
		if (members_add(&supervisor->members, supervisor->current,
			&config->groups[i], cause) == NULL)
			return -1;
	}
	supervisor->env.tolerant = false;
	return 0;
}

/*
 * The end
 */

static void
on_all_stopped(void *arg)
{
	struct supervisor *supervisor = arg;

	supervisor->done(supervisor->done_arg);
}

static void
begin_end(struct supervisor *supervisor)
{
	const struct members *members = &supervisor->members;

	bus_publish(supervisor->parts.bus, EV_SUPERVISOR_STATE_CHANGE_STOPPING,
	    "", 0);
	supervisor->shutdown = shutdown_create(supervisor->parts.loop,
	    members->active, members->count, on_all_stopped, supervisor);
	loop_defer(supervisor->parts.loop, on_step_due, supervisor);
}

static void
set_mood(struct supervisor *supervisor, enum supervisor_mood mood)
{
	if (mood == MOOD_SHUTDOWN && supervisor->mood != mood)
		init_notify("STOPPING=1");
	supervisor->mood = mood;
	if (supervisor->shutdown == NULL)
		begin_end(supervisor);
}

void
supervisor_shutdown(struct supervisor *supervisor)
{
	set_mood(supervisor, MOOD_SHUTDOWN);
}

/* The daemon could begin again with the configuration as it is now, and will: a
 * file that is broken while programs stop must not end it. */
int
supervisor_restart(struct supervisor *supervisor, char **cause)
{
	const struct supervisor_parts *parts = &supervisor->parts;
	struct config *config = config_load(parts->overrides, NULL, cause);

	if (config == NULL)
		return -1;
	if (parts->try_config != NULL &&
	    parts->try_config(config, cause, parts->arg) == -1) {
		config_free(config);
		return -1;
	}
	config_free(supervisor->next);
	supervisor->next = config;
	set_mood(supervisor, MOOD_RESTARTING);
	return 0;
}

struct config *
supervisor_take_next(struct supervisor *supervisor)
{
	struct config *next = supervisor->next;

	supervisor->next = NULL;
	return next;
}

/*
 * Signals
 */

static void
on_exit_signal(int signo, void *arg)
{
	struct supervisor *supervisor = arg;

	log_warnx("received %s indicating exit request", signame(signo));
	supervisor_shutdown(supervisor);
	if (++supervisor->exit_requests >= IMPATIENT)
		shutdown_kill_all(supervisor->shutdown);
}

static void
on_restart_signal(int signo, void *arg)
{
	struct supervisor *supervisor = arg;
	char *cause = NULL;

	if (supervisor->mood == MOOD_SHUTDOWN) {
		log_warnx("ignored %s indicating restart request (shutdown in "
			  "progress)",
		    signame(signo));
		return;
	}
	log_warnx("received %s indicating restart request", signame(signo));
	if (supervisor_restart(supervisor, &cause) == 0)
		return;
	log_criticalx("cannot restart: %s; going on as before", cause);
	free(cause);
}

static void
on_reopen_signal(int signo, void *arg)
{
	log_info("received %s indicating log reopen request", signame(signo));
	supervisor_reopen_logs(arg);
}

static void
on_dead_child(pid_t pid, int status, void *arg)
{
	struct supervisor *supervisor = arg;
	char *how;

	if (child_map_exited(supervisor->env.children, pid, status))
		return;
	how = reap_describe(status);
	log_info("reaped unknown pid %ld (%s)", (long)pid, how);
	free(how);
}

static void
on_child_signal(int signo, void *arg)
{
	/* In Supervisor's order: the last words, the exit, then the signal. */
	reap_all(on_dead_child, arg);
	log_debug("received %s indicating a child quit", signame(signo));
}

static const struct {
	int signo;
	loop_signal_fn fn;
} handlers[] = {
	{ SIGTERM, on_exit_signal },
	{ SIGINT, on_exit_signal },
	{ SIGQUIT, on_exit_signal },
	{ SIGHUP, on_restart_signal },
	{ SIGUSR2, on_reopen_signal },
	{ SIGCHLD, on_child_signal },
};

enum {
	HANDLER_COUNT = sizeof(handlers) / sizeof(handlers[0]),
};

/* how: SIG_BLOCK or SIG_UNBLOCK. */
static void
mask_signals(int how)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < HANDLER_COUNT; i++)
		sigaddset(&set, handlers[i].signo);
	sigprocmask(how, &set, NULL);
}

static void
take_signals(struct supervisor *supervisor)
{
	for (size_t i = 0; i < HANDLER_COUNT; i++) {
		if (loop_signal_on(supervisor->parts.loop, handlers[i].signo,
			handlers[i].fn, supervisor) == -1)
			log_error("cannot handle %s",
			    signame(handlers[i].signo));
	}
	mask_signals(SIG_UNBLOCK);
}

static void
leave_signals(struct supervisor *supervisor)
{
	if (supervisor->mood == MOOD_RESTARTING)
		mask_signals(SIG_BLOCK);
	for (size_t i = 0; i < HANDLER_COUNT; i++)
		loop_signal_off(supervisor->parts.loop, handlers[i].signo);
}

void
supervisor_free(struct supervisor *supervisor)
{
	if (supervisor == NULL)
		return;
	leave_signals(supervisor);
	loop_defer_cancel(supervisor->parts.loop, on_step_due, supervisor);
	shutdown_free(supervisor->shutdown);
	members_done(&supervisor->members);
	ticks_free(supervisor->ticks);
	child_map_free(supervisor->env.children);
	generation_drop(supervisor->current);
	config_free(supervisor->next);
	strvec_done(&supervisor->seen_env);
	free(supervisor);
}

/*
 * Running
 */

static void
autostart(const struct member *member)
{
	for (size_t i = 0; i < group_count(member->group); i++)
		process_autostart(group_process(member->group, i));
}

void
supervisor_run(struct supervisor *supervisor, void (*done)(void *arg),
    void *arg)
{
	supervisor->done = done;
	supervisor->done_arg = arg;
	take_signals(supervisor);
	supervisor->ticks =
	    ticks_create(supervisor->parts.loop, supervisor->parts.bus);
	bus_publish(supervisor->parts.bus, EV_SUPERVISOR_STATE_CHANGE_RUNNING,
	    "", 0);
	for (size_t i = 0; i < supervisor->members.count; i++)
		autostart(supervisor->members.active[i]);
}

void
supervisor_reopen_logs(struct supervisor *supervisor)
{
	log_info("supervisord logreopen");
	if (supervisor->parts.main_log != NULL)
		main_log_reopen(supervisor->parts.main_log);
	for (size_t i = 0; i < supervisor->members.count; i++) {
		const struct group *group =
		    supervisor->members.active[i]->group;

		for (size_t j = 0; j < group_count(group); j++)
			process_reopen_logs(group_process(group, j));
	}
}

void
supervisor_watch_child(struct supervisor *supervisor, pid_t pid,
    void (*exited)(pid_t, int status, void *arg), void *arg)
{
	child_map_add(supervisor->env.children, pid, exited, arg);
}

void
supervisor_forget_child(struct supervisor *supervisor, pid_t pid)
{
	child_map_remove(supervisor->env.children, pid);
}

/*
 * Reload
 */

int
supervisor_reload(struct supervisor *supervisor, struct reload_result *result,
    char **cause)
{
	struct config *config = config_load(supervisor->parts.overrides,
	    &supervisor->seen_env, cause);

	if (config == NULL)
		return -1;
	config_keep_serverurl(config, supervisor->current->config);
	*result = (struct reload_result){ 0 };
	reload_compare(&supervisor->members, config, result);
	use_config(supervisor, config);
	return 0;
}

int
supervisor_add_group(struct supervisor *supervisor, const char *name,
    char **cause)
{
	const struct group_config *config =
	    config_find_group(supervisor->current->config, name);
	struct member *member;

	if (config == NULL) {
		errno = ENOENT;
		return cause_set(cause, "no such group: %s", name);
	}
	if (members_find(&supervisor->members, name) != NULL) {
		errno = EEXIST;
		return cause_set(cause, "group already active: %s", name);
	}
	member = members_add(&supervisor->members, supervisor->current, config,
	    cause);
	if (member == NULL) {
		errno = EIO;
		return -1;
	}
	autostart(member);
	return 0;
}

int
supervisor_remove_group(struct supervisor *supervisor, const char *name)
{
	struct member *member = members_find(&supervisor->members, name);

	if (member == NULL) {
		errno = ENOENT;
		return -1;
	}
	if (!group_is_stopped(member->group)) {
		errno = EBUSY;
		return -1;
	}
	members_remove(&supervisor->members, member);
	return 0;
}

/*
 * Asking
 */

enum supervisor_mood
supervisor_mood(const struct supervisor *supervisor)
{
	return supervisor->mood;
}

struct loop *
supervisor_loop(const struct supervisor *supervisor)
{
	return supervisor->parts.loop;
}

struct bus *
supervisor_bus(const struct supervisor *supervisor)
{
	return supervisor->parts.bus;
}

struct main_log *
supervisor_main_log(const struct supervisor *supervisor)
{
	return supervisor->parts.main_log;
}

const struct config *
supervisor_config(const struct supervisor *supervisor)
{
	return supervisor->current->config;
}

size_t
supervisor_group_count(const struct supervisor *supervisor)
{
	return supervisor->members.count;
}

struct group *
supervisor_group(const struct supervisor *supervisor, size_t index)
{
	return supervisor->members.active[index]->group;
}

struct group *
supervisor_find_group(const struct supervisor *supervisor, const char *name)
{
	const struct member *member = members_find(&supervisor->members, name);

	return member == NULL ? NULL : member->group;
}

int
supervisor_find(const struct supervisor *supervisor, const char *namespec,
    struct group **group, struct process **process)
{
	const char *colon = strchr(namespec, ':');
	const char *name = colon == NULL ? namespec : colon + 1;
	char *group_name = colon == NULL
	    ? xstrdup(namespec)
	    : xstrndup(namespec, (size_t)(colon - namespec));

	*process = NULL;
	*group = supervisor_find_group(supervisor, group_name);
	free(group_name);
	if (*group == NULL)
		return -1;
	if (colon != NULL && (name[0] == '\0' || strcmp(name, "*") == 0))
		return 0;
	*process = group_find(*group, name);
	return *process == NULL ? -1 : 0;
}
