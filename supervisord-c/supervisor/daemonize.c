/* SPDX-License-Identifier: ISC */
/*
 * Into the background: one fork, as Supervisor does it, so that the daemon is
 * the leader of its session.  Files and servers are open already and stay.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/repr.h"
#include "logs/close_later.h"
#include "supervisor/daemonize.h"

static void
change_directory(const char *directory)
{
	char *shown;
	int saved;

	if (directory == NULL)
		return;
	shown = repr(directory);
	if (chdir(directory) == 0)
		log_info("set current directory: %s", shown);
	else {
		saved = errno;
		log_criticalx("can't chdir into %s: [Errno %d] %s: %s", shown,
		    saved, strerror(saved), shown);
	}
	free(shown);
}

static void
leave_terminal(void)
{
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int out = open("/dev/null", O_WRONLY | O_CLOEXEC);

	/* A system without /dev/null: what is open stays open. */
	if (in != -1)
		(void)dup2(in, STDIN_FILENO);
	if (out != -1) {
		(void)dup2(out, STDOUT_FILENO);
		(void)dup2(out, STDERR_FILENO);
	}
	if (in > STDERR_FILENO)
		fd_close(&in);
	if (out > STDERR_FILENO)
		fd_close(&out);
}

int
daemonize(struct loop *loop, const char *directory, mode_t mask)
{
	pid_t pid;

	/* A descriptor that is being closed would stay open in the child. */
	close_later_finish();
	pid = fork();
	if (pid == -1)
		return -1;
	if (pid > 0) {
		log_blather("supervisord forked; parent exiting");
		_exit(0);
	}
	if (loop_after_fork(loop) == -1)
		return -1;
	log_info("daemonizing the supervisord process");
	change_directory(directory);
	leave_terminal();
	(void)setsid(); /* fails only for who leads a group already */
	umask(mask);
	return 0;
}
