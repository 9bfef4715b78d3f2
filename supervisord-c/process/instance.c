/* SPDX-License-Identifier: ISC */
/*
 * Starting a child: find the command, make pipes, open logs, fork; each step
 * can fail, and then nothing of it stays behind and the reason is the text that
 * status shows (contract D3.9).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cred.h"
#include "base/errname.h"
#include "base/fd.h"
#include "base/xmalloc.h"
#include "process/input.h"
#include "process/instance.h"
#include "spawn/command.h"
#include "spawn/spawn.h"

enum {
	MAX_STDIN_QUEUED = 1024 * 1024,
	MAX_EVENTS_QUEUED = 16 * 1024 * 1024,
};

struct instance {
	struct instance_parts parts;
	struct dispatcher_owner owner;
	struct input *input;
	struct output *out;
	struct output *err; /* NULL with redirect_stderr */
};

/* The ends of the pipes that become the child's 0, 1 and 2. */
struct child_ends {
	int fds[3];
};

static void
close_ends(struct child_ends *ends)
{
	for (int i = 0; i < 3; i++)
		fd_close(&ends->fds[i]);
}

static void
on_output_silent(void *arg)
{
	struct instance *instance = arg;

	if (instance_is_silent(instance))
		instance->parts.silent(instance->parts.arg);
}

static void
on_protocol_data(const void *data, size_t len, void *arg)
{
	struct instance *instance = arg;

	instance->parts.protocol(data, len, instance->parts.arg);
}

static int
open_input(struct instance *instance, struct child_ends *ends)
{
	const struct instance_parts *parts = &instance->parts;
	int pipe_ends[2];

	if (parts->socket != -1) {
		ends->fds[0] = fcntl(parts->socket, F_DUPFD_CLOEXEC, 3);
		return ends->fds[0] == -1 ? -1 : 0;
	}
	if (fd_pipe_spare(pipe_ends) == -1)
		return -1;
	ends->fds[0] = pipe_ends[0];
	instance->input =
	    input_create(parts->env->loop, pipe_ends[1], &instance->owner,
		parts->protocol != NULL ? MAX_EVENTS_QUEUED : MAX_STDIN_QUEUED);
	return 0;
}

static struct log_file *
shared_log(const struct instance *older, bool is_stderr)
{
	const struct output *output;

	if (older == NULL)
		return NULL;
	output = is_stderr ? older->err : older->out;
	return output == NULL ? NULL : output_log(output);
}

/* A pipe for one output channel; the child's end is stored in *child_end. */
static struct output *
open_output(struct instance *instance, bool is_stderr, int *child_end)
{
	const struct instance_parts *parts = &instance->parts;
	struct output_parts output = {
		.env = parts->env,
		.owner = &instance->owner,
		.group = parts->group,
		.config = is_stderr ? &parts->config->err : &parts->config->out,
		.path = parts->log_paths[is_stderr],
		.log = shared_log(parts->older, is_stderr),
		.is_stderr = is_stderr,
		.closed = on_output_silent,
		.arg = instance,
	};
	int pipe_ends[2];

	if (!is_stderr && parts->protocol != NULL)
		output.protocol = on_protocol_data;
	if (fd_pipe_spare(pipe_ends) == -1)
		return NULL;
	*child_end = pipe_ends[1];
	return output_create(&output, pipe_ends[0]);
}

static int
open_pipes(struct instance *instance, struct child_ends *ends)
{
	if (open_input(instance, ends) == -1)
		return -1;
	instance->out = open_output(instance, false, &ends->fds[1]);
	if (instance->out == NULL)
		return -1;
	if (instance->parts.config->redirect_stderr) {
		ends->fds[2] = fcntl(ends->fds[1], F_DUPFD_CLOEXEC, 3);
		return ends->fds[2] == -1 ? -1 : 0;
	}
	instance->err = open_output(instance, true, &ends->fds[2]);
	return instance->err == NULL ? -1 : 0;
}

/* What the child finds in its environment: the daemon's, then what Supervisor
 * adds, then what is configured, which wins (contract D3.9). */
static void
make_environment(const struct instance_parts *parts, struct strvec *env)
{
	const struct process_config *config = parts->config;

	for (char **p = environ; *p != NULL; p++)
		strvec_push(env, *p);
	strvec_env_set(env, "SUPERVISOR_ENABLED", "1");
	if (config->serverurl != NULL)
		strvec_env_set(env, "SUPERVISOR_SERVER_URL", config->serverurl);
	strvec_env_set(env, "SUPERVISOR_PROCESS_NAME", config->name);
	strvec_env_set(env, "SUPERVISOR_GROUP_NAME", parts->group);
	for (size_t i = 0; i < config->environment.len; i++) {
		const char *pair = config->environment.items[i];
		size_t name_len = strcspn(pair, "=");
		char *name = xstrndup(pair, name_len);

		strvec_env_set(env, name,
		    pair[name_len] == '=' ? pair + name_len + 1 : "");
		free(name);
	}
}

static int
fork_failed(const struct process_config *config, char **cause)
{
	if (errno == EAGAIN)
		return cause_set(cause,
		    "Too many processes in process table to spawn '%s'",
		    config->name);
	return cause_set(cause, "unknown error during fork for '%s': %s",
	    config->name, errname(errno));
}

static int
fork_child(struct instance *instance, const struct command *command,
    const struct child_ends *ends, char **cause)
{
	const struct process_config *config = instance->parts.config;
	struct strvec env = STRVEC_INIT;
	struct cred cred = { 0 };
	struct spawn_plan plan = {
		.path = command->path,
		.argv = command->argv.items,
		.fds = { ends->fds[0], ends->fds[1], ends->fds[2] },
		.directory = config->directory,
		.umask = config->umask,
	};
	char *why = NULL;

	if (config->has_user && cred_resolve(config->uid, &cred, &why) == -1) {
		cause_set(cause, "couldn't setuid to %ld: %s",
		    (long)config->uid, why);
		free(why);
		return -1;
	}
	if (config->has_user)
		plan.cred = &cred;
	make_environment(&instance->parts, &env);
	plan.envp = env.items;
	instance->owner.pid = spawn(&plan);
	if (instance->owner.pid == -1)
		fork_failed(config, cause);
	cred_done(&cred);
	strvec_done(&env);
	return instance->owner.pid == -1 ? -1 : 0;
}

static int
pipes_failed(const struct process_config *config, char **cause)
{
	if (errno == EMFILE || errno == ENFILE)
		return cause_set(cause, "too many open files to spawn '%s'",
		    config->name);
	return cause_set(cause, "unknown error making dispatchers for '%s': %s",
	    config->name, errname(errno));
}

static int
make_child(struct instance *instance, char **cause)
{
	const struct process_config *config = instance->parts.config;
	struct child_ends ends = { { -1, -1, -1 } };
	struct command command;
	int result;

	if (command_resolve(config->command,
		strvec_env_get(&config->environment, "PATH"), &command,
		cause) != COMMAND_OK)
		return -1;
	if (open_pipes(instance, &ends) == -1)
		result = pipes_failed(config, cause);
	else
		result = fork_child(instance, &command, &ends, cause);
	close_ends(&ends);
	command_done(&command);
	return result;
}

struct instance *
instance_start(const struct instance_parts *parts, char **cause)
{
	struct instance *instance = xcalloc(1, sizeof(*instance));

	instance->parts = *parts;
	instance->owner = (struct dispatcher_owner){
		.process = parts->config->name,
		.state = parts->state,
	};
	if (make_child(instance, cause) == -1) {
		instance_free(instance);
		return NULL;
	}
	instance->parts.older = NULL;
	return instance;
}

void
instance_free(struct instance *instance)
{
	if (instance == NULL)
		return;
	input_free(instance->input);
	output_free(instance->out);
	output_free(instance->err);
	free(instance);
}

pid_t
instance_pid(const struct instance *instance)
{
	return instance->owner.pid;
}

bool
instance_is_zombie(const struct instance *instance)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)instance->owner.pid, &info,
		   WEXITED | WNOHANG | WNOWAIT) == 0 &&
	    info.si_pid == instance->owner.pid;
}

int
instance_write(struct instance *instance, const void *data, size_t len)
{
	if (instance->input == NULL) {
		errno = EPIPE;
		return -1;
	}
	return input_write(instance->input, data, len);
}

void
instance_last_words(struct instance *instance)
{
	output_drain(instance->out);
	if (instance->err != NULL)
		output_drain(instance->err);
	input_free(instance->input);
	instance->input = NULL;
}

bool
instance_is_silent(const struct instance *instance)
{
	return output_is_closed(instance->out) &&
	    (instance->err == NULL || output_is_closed(instance->err));
}

void
instance_end_protocol(struct instance *instance)
{
	output_end_protocol(instance->out);
}

void
instance_reopen_logs(struct instance *instance)
{
	output_reopen_log(instance->out);
	if (instance->err != NULL)
		output_reopen_log(instance->err);
}

int
instance_clear_logs(struct instance *instance)
{
	int result = output_clear_log(instance->out);

	if (instance->err != NULL && output_clear_log(instance->err) == -1)
		result = -1;
	return result;
}
