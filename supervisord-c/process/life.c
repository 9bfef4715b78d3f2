/* SPDX-License-Identifier: ISC */
/*
 * The machine of one supervised process.  Everything that can happen ends in
 * life_fire: the table of state.c says what follows, enter() changes the state
 * (and is the only one who does), arm() sets the one timer for what is due next
 * in it, perform() does what is to be done.
 *
 * The order of events, log lines and signals is Supervisor's (contract D4.6):
 * an event goes out while the pid is still set; "success", "gave up", "exited"
 * and "stopped" follow their event, "spawnerr" and the line about a signal
 * precede theirs.
 */
#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "process/announce.h"
#include "process/child_map.h"
#include "process/fcgi_socket.h"
#include "process/life.h"
#include "process/orphans.h"
#include "spawn/reap.h"

enum {
	/* Between two starts that nobody asked for: a command that ends at once
	 * with startsecs=0 must not become a fork storm (contract D4.2). */
	RESPAWN_FLOOR_MS = 1000,
	/* Between two SIGKILLs: with stopwaitsecs=0 they would follow each
	 * other for as long as the child takes to die. */
	KILL_FLOOR_MS = 1000,
	SIGNALLED = -1, /* the exit status of what died by a signal */
};

#define NEVER INT64_MAX

static const char *
name_of(const struct process *process)
{
	return process->parts.config->name;
}

const char *
life_log_path(const struct process *process, int channel)
{
	const struct process_config *config = process->parts.config;
	const struct channel_config *log =
	    channel == 0 ? &config->out : &config->err;

	if (channel == 1 && config->redirect_stderr)
		return NULL;
	return log->kind == LOGFILE_AUTO ? process->auto_logs[channel]
					 : log->path;
}

static void
set_spawnerr(struct process *process, char *taken)
{
	free(process->spawnerr);
	process->spawnerr = taken;
}

/*
 * The timer
 */

static bool
wants_restart(const struct process *process)
{
	enum autorestart autorestart = process->parts.config->autorestart;

	return autorestart == AUTORESTART_ALWAYS ||
	    (autorestart == AUTORESTART_UNEXPECTED && !process->exit_expected);
}

static bool
retries_spent(const struct process *process)
{
	return process->failures > process->parts.config->startretries;
}

/* Milliseconds until something is due by itself; negative: it is already. */
static int64_t
time_to_next(const struct process *process)
{
	const struct process_config *config = process->parts.config;
	int64_t age = clock_mono_ms() - process->started_ms;

	switch (process->state) {
	case PROC_STARTING:
		return process->instance == NULL
		    ? NEVER
		    : config->startsecs * INT64_C(1000) - age;
	case PROC_BACKOFF:
		return retries_spent(process)
		    ? 0
		    : process->failures * INT64_C(1000);
	case PROC_STOPPING:
		return MAX(config->stopwaitsecs * INT64_C(1000),
		    process->kill_sent ? KILL_FLOOR_MS : 0);
	case PROC_EXITED:
		return wants_restart(process) ? RESPAWN_FLOOR_MS - age : NEVER;
	case PROC_STOPPED:
	case PROC_RUNNING:
	case PROC_FATAL:
	case PROC_UNKNOWN:
	case PROC_STATE_COUNT:
		break;
	}
	return NEVER;
}

static void
arm(struct process *process)
{
	int64_t delay = time_to_next(process);

	if (delay == NEVER) {
		loop_timer_clear(process->timer);
		return;
	}
	process->due_ms = clock_mono_ms() + delay;
	loop_timer_set(process->timer, delay);
}

static void
give_up(struct process *process)
{
	if (life_fire(process, ON_RETRY_DUE) && process->state == PROC_FATAL)
		announce_gave_up(name_of(process));
}

static bool
may_start(const struct process *process)
{
	const struct process_env *env = process->parts.env;

	return env->may_start == NULL || env->may_start(env->arg);
}

static void
stayed_up(struct process *process)
{
	if (life_fire(process, ON_STAYED_UP))
		announce_success(name_of(process),
		    process->parts.config->startsecs);
}

void
life_stop_overdue(struct process *process)
{
	const struct process_config *config = process->parts.config;
	pid_t pid = instance_pid(process->instance);

	log_warnx("killing '%s' (%ld) with SIGKILL", config->name, (long)pid);
	announce_kill(config->name, pid, SIGKILL, config->killasgroup);
	process->kill_sent = true;
	life_fire(process, ON_STOP_OVERDUE);
}

static void
on_timer_due(void *arg)
{
	struct process *process = arg;
	int64_t early = process->due_ms - clock_mono_ms();

	if (early > 0) { /* the loop's clock is a little ahead of ours */
		loop_timer_set(process->timer, early);
		return;
	}
	/* Its end is about to be noticed, and that decides (contract D4.2). */
	if (process->instance != NULL && instance_is_zombie(process->instance))
		return;
	if (process->state == PROC_STARTING)
		stayed_up(process);
	else if (process->state == PROC_STOPPING)
		life_stop_overdue(process);
	else if (process->state == PROC_BACKOFF && retries_spent(process))
		give_up(process);
	else if (process->state == PROC_BACKOFF && may_start(process))
		life_fire(process, ON_RETRY_DUE);
	else if (process->state == PROC_EXITED && may_start(process))
		life_fire(process, ON_START);
}

static void
free_silent_leftovers(void *arg)
{
	struct process *process = arg;

	leftovers_free_silent(&process->leftovers);
}

/* Called from inside the instance: it is freed at the end of the turn. */
static void
on_instance_silent(void *arg)
{
	struct process *process = arg;
	struct loop *loop = process->parts.env->loop;

	loop_defer_cancel(loop, free_silent_leftovers, process);
	loop_defer(loop, free_silent_leftovers, process);
}

/*
 * Starting
 */

static void
on_protocol_data(const void *data, size_t len, void *arg)
{
	struct process *process = arg;

	if (process->tap != NULL)
		process->tap->output(process, data, len, process->tap_arg);
}

static void on_child_exited(pid_t, int status, void *);

static struct instance *
start_instance(struct process *process, char **cause)
{
	const struct process_parts *parts = &process->parts;
	struct instance_parts instance = {
		.env = parts->env,
		.group = parts->group_name,
		.config = parts->config,
		.state = &process->state,
		.log_paths = { life_log_path(process, 0),
		    life_log_path(process, 1) },
		.older = leftovers_newest(&process->leftovers),
		.socket = -1,
		.silent = on_instance_silent,
		.arg = process,
	};
	struct instance *started;

	if (parts->config->kind == PROCESS_LISTENER)
		instance.protocol = on_protocol_data;
	if (parts->socket != NULL) {
		instance.socket = fcgi_socket_take(parts->socket, cause);
		if (instance.socket == -1)
			return NULL;
	}
	started = instance_start(&instance, cause);
	if (started == NULL && parts->socket != NULL)
		fcgi_socket_drop(parts->socket);
	return started;
}

static void
spawn_instance(struct process *process)
{
	char *cause = NULL;
	pid_t pid;

	process->started_ms = clock_mono_ms();
	process->instance = start_instance(process, &cause);
	if (process->instance == NULL) {
		announce_spawn_error(cause);
		set_spawnerr(process, cause);
		life_fire(process, ON_SPAWN_FAILED);
		return;
	}
	pid = instance_pid(process->instance);
	child_map_add(process->parts.env->children, pid, on_child_exited,
	    process);
	announce_spawned(name_of(process), pid);
	if (process->tap != NULL)
		process->tap->spawned(process, process->tap_arg);
	if (process->parts.config->startsecs <= 0)
		stayed_up(process);
	else
		arm(process);
}

static void
on_gate_answer(const char *refusal, void *arg)
{
	struct process *process = arg;

	process->question = NULL;
	if (refusal != NULL) {
		announce_spawn_error(refusal);
		set_spawnerr(process, xstrdup(refusal));
		life_fire(process, ON_REFUSED);
	} else if (may_start(process))
		life_fire(process, ON_ADMITTED);
	else
		life_fire(process, ON_STOP);
}

static void
ask_gate(struct process *process)
{
	const struct process_parts *parts = &process->parts;
	struct gate_question *question;

	question = gate_ask(parts->env->gate, parts->group_name,
	    parts->config->name, parts->config, on_gate_answer, process);
	if (question != NULL)
		process->question = question;
}

static void
withdraw_question(struct process *process)
{
	if (process->question == NULL)
		return;
	gate_cancel(process->question);
	process->question = NULL;
}

/*
 * Stopping
 */

/* To the whole group; to the leader alone if it has not formed one yet. */
static int
send_signal(pid_t pid, int signo, bool to_group)
{
	if (to_group && kill(-pid, signo) == 0)
		return 0;
	if (to_group && errno != ESRCH)
		return -1;
	return kill(pid, signo);
}

static void
signal_child(struct process *process, int signo, bool to_group)
{
	pid_t pid = instance_pid(process->instance);

	if (send_signal(pid, signo, to_group) == 0)
		return;
	if (errno == ESRCH) {
		log_debug("unable to signal %s (pid %ld), it probably just "
			  "exited on its own: [Errno %d] %s",
		    name_of(process), (long)pid, errno, strerror(errno));
		return;
	}
	log_criticalx("unknown problem killing %s (%ld):[Errno %d] %s",
	    name_of(process), (long)pid, errno, strerror(errno));
	life_fire(process, ON_KILL_FAILED);
}

/*
 * The end of a child
 */

static bool
is_expected(const struct process_config *config, int exitstatus)
{
	for (size_t i = 0; i < config->exitcode_count; i++) {
		if (config->exitcodes[i] == exitstatus)
			return true;
	}
	return false;
}

/* What the end means, before the state follows from it. */
static void
judge_exit(struct process *process, int status)
{
	const struct process_config *config = process->parts.config;
	int64_t age = clock_mono_ms() - process->started_ms;

	process->stop = clock_wall().tv_sec;
	process->exitstatus =
	    WIFEXITED(status) ? WEXITSTATUS(status) : SIGNALLED;
	process->exit_expected = is_expected(config, process->exitstatus);
	process->died_early = process->state == PROC_STARTING &&
	    age < config->startsecs * INT64_C(1000);
	if (process->stop_requested)
		return;
	if (process->died_early) {
		process->exitstatus = 0;
		set_spawnerr(process,
		    xstrdup("Exited too quickly (process log may have "
			    "details)"));
	} else if (!process->exit_expected)
		set_spawnerr(process,
		    xasprintf("Bad exit code %d", process->exitstatus));
}

/* Ends the bond with a child that was collected. */
static void
bury_instance(struct process *process)
{
	struct instance *instance = process->instance;

	process->instance = NULL;
	if (process->parts.socket != NULL)
		fcgi_socket_drop(process->parts.socket);
	if (process->tap != NULL)
		process->tap->gone(process, process->tap_arg);
	if (instance_is_silent(instance))
		instance_free(instance);
	else
		leftovers_keep(&process->leftovers, instance);
}

/* Supervisor says nothing here, and people wonder for hours. */
static void
hint_at_daemon(const struct process *process, int status)
{
	const char *sign;

	if (!process->died_early || !WIFEXITED(status) ||
	    WEXITSTATUS(status) != 0)
		return;
	if (!instance_is_silent(process->instance))
		sign = "descendants hold its output";
	else if (orphan_runs(process->parts.config,
		     process->parts.env->children,
		     clock_mono_ms() - process->started_ms))
		sign = "a descendant runs the same program";
	else
		return;
	log_info("'%s' exited with status 0 while %s; if it goes into the "
		 "background by itself, make it stay in the foreground",
	    name_of(process), sign);
}

static void
on_child_exited(pid_t pid, int status, void *arg)
{
	struct process *process = arg;
	char *how = reap_describe(status);

	(void)pid;
	instance_last_words(process->instance);
	judge_exit(process, status);
	life_fire(process, ON_CHILD_EXITED);
	if (process->stop_requested)
		announce_stopped(name_of(process), how, process->exit_expected);
	else
		announce_exited(name_of(process), how,
		    process->exit_expected && !process->died_early);
	free(how);
	hint_at_daemon(process, status);
	bury_instance(process);
}

/*
 * The machine
 */

/* What is new in a state is set before anybody hears of it. */
static void
note_entry(struct process *process)
{
	switch (process->state) {
	case PROC_STARTING:
		process->started_ms = clock_mono_ms();
		process->start = clock_wall().tv_sec;
		process->exitstatus = 0;
		process->stop_requested = false;
		set_spawnerr(process, NULL);
		break;
	case PROC_BACKOFF:
		process->failures++;
		break;
	case PROC_RUNNING:
	case PROC_FATAL:
		process->failures = 0;
		break;
	case PROC_STOPPING:
		process->stop_requested = true;
		process->kill_sent = false;
		break;
	case PROC_STOPPED:
	case PROC_EXITED:
	case PROC_UNKNOWN:
	case PROC_STATE_COUNT:
		break;
	}
}

static void
enter(struct process *process, enum process_state state)
{
	const struct process_env *env = process->parts.env;
	enum process_state from = process->state;

	if (state == from)
		return;
	process->state = state;
	note_entry(process);
	announce_state(env->bus, from, state,
	    (struct payload_process){
		.process = name_of(process),
		.group = process->parts.group_name,
		.pid = process_pid(process),
		.tries = process->failures,
		.expected = process->exit_expected,
	    });
	watch_list_notify(&process->watches);
	if (env->changed != NULL)
		env->changed(process, env->arg);
}

static void
perform(struct process *process, enum process_act act,
    enum process_happening happening)
{
	const struct process_config *config = process->parts.config;

	switch (act) {
	case ACT_NONE:
		break;
	case ACT_ASK:
		ask_gate(process);
		break;
	case ACT_SPAWN:
		spawn_instance(process);
		break;
	case ACT_WITHDRAW:
		withdraw_question(process);
		break;
	case ACT_SIGNAL_STOP:
		signal_child(process, config->stopsignal, config->stopasgroup);
		break;
	case ACT_SIGNAL_KILL:
		signal_child(process, SIGKILL, config->killasgroup);
		break;
	case ACT_AGAIN:
		life_fire(process, happening);
		break;
	case ACT_FAIL:
		life_fire(process, ON_GIVE_UP);
		break;
	}
}

bool
life_fire(struct process *process, enum process_happening happening)
{
	const struct process_guard guard = {
		.has_child = process->instance != NULL,
		.died_early = process->died_early,
		.retries_spent = retries_spent(process),
		.stop_requested = process->stop_requested,
	};
	struct process_step step;

	if (!process_next(process->state, happening, &guard, &step))
		return false;
	enter(process, step.state);
	arm(process);
	perform(process, step.act, happening);
	return true;
}

void
life_begin(struct process *process)
{
	process->timer =
	    loop_timer_create(process->parts.env->loop, on_timer_due, process);
}

/* Out of reach since the kernel refused a signal (contract D4.5). */
static void
leave_child_behind(struct process *process)
{
	pid_t pid = instance_pid(process->instance);

	assert(process->state == PROC_UNKNOWN);
	log_warnx("leaving '%s' (%ld) behind, it can't be signalled",
	    name_of(process), (long)pid);
	child_map_remove(process->parts.env->children, pid);
	bury_instance(process);
}

void
life_end(struct process *process)
{
	if (process->instance != NULL)
		leave_child_behind(process);
	withdraw_question(process);
	loop_timer_free(process->timer);
	loop_defer_cancel(process->parts.env->loop, free_silent_leftovers,
	    process);
	leftovers_free_all(&process->leftovers);
}
