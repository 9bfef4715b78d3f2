/* SPDX-License-Identifier: ISC */
/*
 * Helper processes of plugins.  One ends when its exit was reaped and its
 * output has come to an end, or at its deadline; a grandchild that keeps the
 * pipe open cannot hold it longer than that.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "base/xmalloc.h"
#include "plugin/child.h"
#include "spawn/spawn.h"

struct supd_child {
	struct supervisor *supervisor;
	pid_t pid; /* 0: never started, or reaped */
	int fd;
	struct loop_watch *watch;
	struct loop_timer *deadline;
	struct strbuf output;
	size_t max_output;
	struct supd_result result;
	child_done_fn done;
	void *arg;
};

static void
child_free(struct supd_child *child)
{
	loop_watch_free(child->watch);
	loop_timer_free(child->deadline);
	fd_close(&child->fd);
	strbuf_done(&child->output);
	free(child);
}

/* Deferred: no callback frees the watch or timer that called it. */
static void
report(void *arg)
{
	struct supd_child *child = arg;

	child->result.output = child->output.data;
	child->result.len = child->output.len;
	child->done(&child->result, child->arg);
	child_free(child);
}

static void
finish_if_over(struct supd_child *child)
{
	if (child->pid != 0 || child->fd != -1)
		return;
	loop_timer_clear(child->deadline);
	loop_defer(supervisor_loop(child->supervisor), report, child);
}

static void
close_output(struct supd_child *child)
{
	if (child->watch != NULL)
		loop_watch_want(child->watch, 0);
	fd_close(&child->fd);
}

static void
on_deadline_passed(void *arg)
{
	struct supd_child *child = arg;

	child->result.timed_out = true;
	if (child->pid != 0)
		kill(-child->pid, SIGKILL);
	close_output(child);
	finish_if_over(child);
}

static void
on_output_ready(int fd, unsigned int ready, void *arg)
{
	struct supd_child *child = arg;
	ssize_t n;

	(void)ready;
	n = read(fd, strbuf_reserve(&child->output, 65536), 65536);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0) {
		strbuf_grew(&child->output, (size_t)n);
		if (child->output.len <= child->max_output)
			return;
		log_warnx("a plugin's helper wrote more than %zu bytes, "
			  "ending it",
		    child->max_output);
		if (child->pid != 0)
			kill(-child->pid, SIGKILL);
	}
	close_output(child);
	finish_if_over(child);
}

static void
on_child_reaped(pid_t pid, int status, void *arg)
{
	struct supd_child *child = arg;

	(void)pid;
	child->pid = 0;
	child->result.exit_status =
	    WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	finish_if_over(child);
}

static pid_t
start(const struct child_options *options, int output)
{
	int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct spawn_plan plan = {
		.path = options->argv[0],
		.argv = (char *const *)options->argv,
		.envp = environ,
		.fds = { options->input == -1 ? null_fd : options->input,
		    output, STDERR_FILENO },
		.umask = -1,
	};
	pid_t pid;

	if (null_fd == -1)
		return -1;
	pid = spawn(&plan);
	fd_close(&null_fd);
	return pid;
}

struct supd_child *
child_run(struct supervisor *supervisor, const struct child_options *options)
{
	struct loop *loop = supervisor_loop(supervisor);
	struct supd_child *child = xcalloc(1, sizeof(*child));
	int ends[2];
	pid_t pid = -1;

	child->supervisor = supervisor;
	child->max_output = options->max_output;
	child->done = options->done;
	child->arg = options->arg;
	child->result.exit_status = -1;
	child->fd = -1;
	strbuf_init(&child->output);
	child->deadline = loop_timer_create(loop, on_deadline_passed, child);
	if (fd_pipe(ends) == 0) {
		pid = start(options, ends[1]);
		fd_close(&ends[1]);
		child->fd = ends[0];
	}
	if (pid == -1) {
		log_warn("can't start %s", options->argv[0]);
		fd_close(&child->fd);
		finish_if_over(child);
		return child;
	}
	child->pid = pid;
	supervisor_watch_child(supervisor, pid, on_child_reaped, child);
	fd_set_nonblock(child->fd);
	child->watch =
	    loop_watch_create(loop, child->fd, on_output_ready, child);
	loop_watch_want(child->watch, LOOP_READ);
	loop_timer_set(child->deadline, options->deadline_ms);
	return child;
}

void
child_kill(struct supd_child *child)
{
	loop_defer_cancel(supervisor_loop(child->supervisor), report, child);
	if (child->pid != 0) {
		kill(-child->pid, SIGKILL);
		supervisor_forget_child(child->supervisor, child->pid);
	}
	child_free(child);
}
