/* SPDX-License-Identifier: ISC */
/*
 * The parent's side of a sealed run.  What comes out goes to memory files, so
 * that nothing of it ever lies on a disk and nobody has to read while it runs.
 */
#include "preflight/probe/sealed.h"

#include <errno.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/xmalloc.h"

#define SEAL                                                                   \
	(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWIPC |            \
	    CLONE_NEWUTS)

/* The child is the first process of its own namespace: killing it kills all
 * that it started. */
static pid_t
start(const struct sealed_plan *plan, const struct sealed_streams *streams,
    int *pidfd)
{
	struct clone_args args = {
		.flags = SEAL | CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)pidfd,
		.exit_signal = SIGCHLD,
	};
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	if (pid == 0)
		sealed_child(plan, streams);
	return pid;
}

static bool
wait_until_end(int pidfd, int timeout_ms)
{
	struct pollfd ends = { .fd = pidfd, .events = POLLIN };
	int64_t deadline = clock_mono_ms() + timeout_ms, left = timeout_ms;
	int ready = 0;

	while (ready <= 0 && left > 0) {
		ready = poll(&ends, 1, (int)left);
		left = deadline - clock_mono_ms();
	}
	return ready > 0;
}

/* All of the memory file, NUL after it. */
static char *
read_all(int fd, size_t *len)
{
	struct stat st;
	char *text;
	ssize_t n;

	if (fstat(fd, &st) == -1)
		st.st_size = 0;
	text = xmalloc((size_t)st.st_size + 1);
	n = pread(fd, text, (size_t)st.st_size, 0);
	*len = n < 0 ? 0 : (size_t)n;
	text[*len] = '\0';
	return text;
}

static int
collect(const struct sealed_streams *streams, int status,
    struct sealed_result *result, char **cause)
{
	size_t len;
	char *trouble = read_all(streams->trouble, &len);

	if (len > 0) {
		cause_set(cause, "%s", trouble);
		free(trouble);
		return -1;
	}
	free(trouble);
	if (!WIFEXITED(status))
		return cause_set(cause, "it was ended by signal %d",
		    WTERMSIG(status));
	result->succeeded = WEXITSTATUS(status) == 0;
	result->out = read_all(streams->out, &result->out_len);
	result->err = read_all(streams->err, &len);
	return 0;
}

static int
run(const struct sealed_plan *plan, const struct sealed_streams *streams,
    struct sealed_result *result, char **cause)
{
	int pidfd = -1, status = 0;
	bool ended;
	pid_t pid = start(plan, streams, &pidfd);

	if (pid == -1)
		return cause_set(cause, "no namespaces for it: %s",
		    strerror(errno));
	ended = wait_until_end(pidfd, plan->timeout_ms);
	if (!ended)
		kill(pid, SIGKILL);
	fd_close(&pidfd);
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	return ended
	    ? collect(streams, status, result, cause)
	    : cause_set(cause, "it did not end within %d ms", plan->timeout_ms);
}

int
sealed_run(const struct sealed_plan *plan, struct sealed_result *result,
    char **cause)
{
	struct sealed_streams streams = {
		.out = memfd_create("out", MFD_CLOEXEC),
		.err = memfd_create("err", MFD_CLOEXEC),
		.trouble = memfd_create("trouble", MFD_CLOEXEC),
	};
	int failed;

	*result = (struct sealed_result){ .out = NULL };
	if (streams.out == -1 || streams.err == -1 || streams.trouble == -1)
		failed =
		    cause_set(cause, "no memory files: %s", strerror(errno));
	else
		failed = run(plan, &streams, result, cause);
	fd_close(&streams.out);
	fd_close(&streams.err);
	fd_close(&streams.trouble);
	return failed;
}

void
sealed_result_done(struct sealed_result *result)
{
	/* Keys and passwords of the configuration may be among it. */
	if (result->out != NULL)
		explicit_bzero(result->out, result->out_len);
	free(result->out);
	free(result->err);
	*result = (struct sealed_result){ .out = NULL };
}
