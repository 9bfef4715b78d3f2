/* SPDX-License-Identifier: ISC */
/*
 * A process as the rest of the daemon sees it: made from its configuration,
 * asked for facts, started, stopped, written to.  What follows from what is in
 * life.c.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/signame.h"
#include "base/xmalloc.h"
#include "logs/log_file.h"
#include "process/announce.h"
#include "process/autolog.h"
#include "process/describe.h"
#include "process/life.h"

static const char *
name_of(const struct process *process)
{
	return process->parts.config->name;
}

/* Makes the AUTO log of a channel, if it is one. */
static int
make_auto_log(struct process *process, int channel, char **cause)
{
	const struct process_parts *parts = &process->parts;
	const struct process_config *config = parts->config;
	const struct channel_config *log =
	    channel == 0 ? &config->out : &config->err;

	if (log->kind != LOGFILE_AUTO ||
	    (channel == 1 && config->redirect_stderr))
		return 0;
	process->auto_logs[channel] =
	    autolog_create(parts->env->childlogdir, config->name,
		channel == 0 ? "stdout" : "stderr", parts->env->identifier);
	if (process->auto_logs[channel] == NULL)
		return cause_set(cause,
		    "cannot make a log file for '%s' in %s: %s", config->name,
		    parts->env->childlogdir, strerror(errno));
	return 0;
}

struct process *
process_create(const struct process_parts *parts, char **cause)
{
	struct process *process = xcalloc(1, sizeof(*process));

	process->parts = *parts;
	watch_list_init(&process->watches, parts->env->loop, process);
	life_begin(process);
	for (int channel = 0; channel < 2; channel++) {
		if (make_auto_log(process, channel, cause) == 0)
			continue;
		if (parts->env->tolerant) {
			log_errorx("%s", *cause);
			continue;
		}
		process_free(process);
		return NULL;
	}
	return process;
}

void
process_free(struct process *process)
{
	if (process == NULL)
		return;
	watch_list_done(&process->watches);
	life_end(process);
	free(process->spawnerr);
	free(process->auto_logs[0]);
	free(process->auto_logs[1]);
	free(process);
}

const struct process_config *
process_config(const struct process *process)
{
	return process->parts.config;
}

struct group *
process_group(const struct process *process)
{
	return process->parts.group;
}

const char *
process_group_name(const struct process *process)
{
	return process->parts.group_name;
}

int
process_compare(const void *a, const void *b)
{
	const struct process *left = *(struct process *const *)a;
	const struct process *right = *(struct process *const *)b;
	int order = strcmp(process_group_name(left), process_group_name(right));

	if (order != 0)
		return order;
	return strcmp(left->parts.config->name, right->parts.config->name);
}

enum process_state
process_state(const struct process *process)
{
	return process->state;
}

pid_t
process_pid(const struct process *process)
{
	return process->instance == NULL ? 0 : instance_pid(process->instance);
}

static const char *
text_or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

void
process_get_facts(const struct process *process, struct process_facts *facts)
{
	int64_t now = clock_wall().tv_sec;

	*facts = (struct process_facts){
		.name = name_of(process),
		.group = process->parts.group_name,
		.state = process->state,
		.pid = process_pid(process),
		/* A calendar that went back must not show a start to come. */
		.start = process->start < now ? process->start : now,
		.stop = process->stop < now ? process->stop : now,
		.spawnerr = text_or_empty(process->spawnerr),
		.exitstatus = process->exitstatus,
		.stdout_logfile = text_or_empty(life_log_path(process, 0)),
		.stderr_logfile = text_or_empty(life_log_path(process, 1)),
		.waits_for_gate = process->question != NULL,
	};
	if (process->start != 0)
		facts->uptime_ms = clock_mono_ms() - process->started_ms;
}

char *
process_describe(const struct process *process)
{
	struct process_facts facts;

	process_get_facts(process, &facts);
	return describe(&facts);
}

bool
process_start(struct process *process)
{
	if (process_state_in(process->state, SET_STOPPED))
		process->failures = 0;
	/* BACKOFF is left by its timer only. */
	return life_fire(process, ON_START);
}

void
process_autostart(struct process *process)
{
	if (process->parts.config->autostart &&
	    process->state == PROC_STOPPED && process->start == 0)
		life_fire(process, ON_START);
}

bool
process_stop(struct process *process)
{
	const struct process_config *config = process->parts.config;

	if (!process_state_in(process->state, SET_RUNNING))
		return false;
	if (process->state == PROC_BACKOFF)
		log_debug("Attempted to kill %s, which is in BACKOFF state.",
		    config->name);
	else if (process->instance != NULL)
		announce_kill(config->name, process_pid(process),
		    config->stopsignal, config->stopasgroup);
	return life_fire(process, ON_STOP);
}

void
process_end(struct process *process)
{
	if (process->state == PROC_BACKOFF)
		life_fire(process, ON_GIVE_UP);
	else
		process_stop(process);
}

void
process_kill(struct process *process)
{
	if (process->instance == NULL)
		return;
	if (process_state_in(process->state, SET_RUNNING))
		process_stop(process);
	if (process->state == PROC_STOPPING)
		life_stop_overdue(process);
}

bool
process_was_killed(const struct process *process)
{
	return process->state == PROC_STOPPING && process->kill_sent;
}

static int
signal_failed(struct process *process, char **cause)
{
	long pid = (long)process_pid(process);
	int error = errno;

	if (error == ESRCH) {
		log_debug("unable to signal %s (pid %ld), it probably just now "
			  "exited on its own: [Errno %d] %s",
		    name_of(process), pid, error, strerror(error));
		return 0;
	}
	cause_set(cause, "unknown problem sending sig %s (%ld):[Errno %d] %s",
	    name_of(process), pid, error, strerror(error));
	log_criticalx("unknown problem sending sig %s (%ld):[Errno %d] %s",
	    name_of(process), pid, error, strerror(error));
	life_fire(process, ON_KILL_FAILED);
	return -1;
}

int
process_signal(struct process *process, int signo, char **cause)
{
	const char *name = name_of(process);
	pid_t pid = process_pid(process);

	if (pid == 0) {
		log_debug("attempted to send %s sig %s but it wasn't running",
		    name, signame(signo));
		return cause_set(cause,
		    "attempted to send %s sig %s but it wasn't running", name,
		    signame(signo));
	}
	log_debug("sending %s (pid %ld) sig %s", name, (long)pid,
	    signame(signo));
	if (kill(pid, signo) == -1)
		return signal_failed(process, cause);
	return 0;
}

int
process_write_stdin(struct process *process, const void *data, size_t len)
{
	if (process->instance == NULL) {
		errno = ESRCH;
		return -1;
	}
	return instance_write(process->instance, data, len);
}

enum command_problem
process_check_command(const struct process *process, char **cause)
{
	const struct process_config *config = process->parts.config;
	struct command command;
	enum command_problem problem;

	problem = command_resolve(config->command,
	    strvec_env_get(&config->environment, "PATH"), &command, cause);
	if (problem == COMMAND_OK)
		command_done(&command);
	return problem;
}

/* Empties a log that nobody has open; a missing one is empty already. */
static int
clear_closed_log(const char *path)
{
	struct log_file *file;
	int result;

	if (path == NULL || access(path, F_OK) == -1)
		return 0;
	file = log_file_open(path, 0, 0);
	if (file == NULL)
		return -1;
	result = log_file_clear(file);
	log_file_free(file);
	return result;
}

int
process_clear_logs(struct process *process)
{
	int result = 0;

	if (process->instance != NULL)
		return instance_clear_logs(process->instance);
	for (int channel = 0; channel < 2; channel++) {
		if (clear_closed_log(life_log_path(process, channel)) == -1)
			result = -1;
	}
	return result;
}

void
process_reopen_logs(struct process *process)
{
	if (process->instance != NULL)
		instance_reopen_logs(process->instance);
	leftovers_reopen_logs(&process->leftovers);
}

struct process_watch *
process_watch(struct process *process, process_watch_fn fn, void *arg)
{
	return watch_list_add(&process->watches, fn, arg);
}

void
process_set_tap(struct process *process, const struct process_tap *tap,
    void *arg)
{
	process->tap = tap;
	process->tap_arg = arg;
}
