/* SPDX-License-Identifier: ISC */
/*
 * What runs between fork and exec (contract D3.9).  The memory may still be
 * the parent's (vfork), so nothing outside this stack is written, and nothing
 * is called that is not async-signal-safe.  Complaints go to fd 2, which is
 * the program's own log.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/errname.h"
#include "base/fd.h"
#include "spawn/spawn_child.h"

/* The parts, up to NULL, in one write. */
static void
complain(const char *const parts[])
{
	struct iovec iov[6];
	int count = 0;

	for (; parts[count] != NULL; count++) {
		iov[count].iov_base = (char *)parts[count];
		iov[count].iov_len = strlen(parts[count]);
	}
	/* Nobody is left who could be told that this failed. */
	if (writev(STDERR_FILENO, iov, count) == -1)
		return;
}

SPAWN_CHILD_CODE static _Noreturn void
give_up(const char *what, const char *subject, const char *why)
{
	complain((const char *[]){ "supervisor: couldn't ", what, subject, ": ",
	    why, "\n", NULL });
	complain((const char *[]){
	    "supervisor: child process was not spawned\n", NULL });
	_exit(EXIT_NOT_SPAWNED);
}

/*
 * Handlers of the parent must not run here.  Ignored signals stay so for the
 * program, and SIGPIPE and SIGXFSZ are ignored whatever the daemon does with
 * them: programs under Supervisor have always started that way.
 */
static void
reset_signals(void)
{
	struct sigaction action;

	for (int signo = 1; signo < NSIG; signo++) {
		if (sigaction(signo, NULL, &action) == -1 ||
		    action.sa_handler == SIG_DFL ||
		    action.sa_handler == SIG_IGN)
			continue;
		action = (struct sigaction){ .sa_handler = SIG_DFL };
		sigaction(signo, &action, NULL);
	}
	action = (struct sigaction){ .sa_handler = SIG_IGN };
	sigaction(SIGPIPE, &action, NULL);
	sigaction(SIGXFSZ, &action, NULL);
}

/* Puts the three descriptors in their places, wherever they are now. */
static int
place_fds(const int wanted[3])
{
	int fds[3];

	for (int i = 0; i < 3; i++) {
		fds[i] = wanted[i];
		if (fds[i] < 3 && fds[i] != i)
			fds[i] = fcntl(fds[i], F_DUPFD, 3);
		if (fds[i] == -1)
			return -1;
	}
	for (int i = 0; i < 3; i++) {
		if (fds[i] == i ? fcntl(i, F_SETFD, 0) == -1
				: dup2(fds[i], i) == -1)
			return -1;
	}
	return 0;
}

/*
 * Everything else is left to exec to close: by then a parent in vfork goes on
 * already (measured with 3000 descriptors: 60 instead of 410 us).
 */
static void
close_others_at_exec(void)
{
	if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) == -1)
		fd_close_from(3);
}

SPAWN_CHILD_CODE static void
become_user(const struct cred *cred)
{
	char digits[sizeof(uid_t) * CHAR_BIT / 3 + 2];
	char *p = digits + sizeof(digits);
	uid_t rest = cred->uid;
	const char *problem = cred_become(cred);

	if (problem == NULL)
		return;
	*--p = '\0';
	do {
		*--p = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest != 0);
	give_up("setuid to ", p, problem);
}

SPAWN_CHILD_CODE void
spawn_child(const struct spawn_plan *plan, const sigset_t *mask)
{
	setpgid(0, 0);
	if (place_fds(plan->fds) == -1)
		_exit(EXIT_NOT_SPAWNED);
	close_others_at_exec();
	if (plan->cred != NULL)
		become_user(plan->cred);
	if (plan->directory != NULL && chdir(plan->directory) == -1)
		give_up("chdir to ", plan->directory, errname(errno));
	if (plan->umask != -1)
		umask((mode_t)plan->umask);
	reset_signals();
	sigprocmask(SIG_SETMASK, mask, NULL);
	execve(plan->path, plan->argv, plan->envp);
	give_up("exec ", plan->argv[0], errname(errno));
}
