/* SPDX-License-Identifier: ISC */
/*
 * pidproxy PIDFILE COMMAND [ARGUMENT ...]
 *
 * For commands whose real work is done by the process that a pid file names:
 * it starts the command, stays in the foreground itself, and hands every
 * signal on to the pid in the file.  It ends with the command; if that leaves a
 * process in the background, whose pid the file then names, it ends with that.
 *
 * Nothing but a pidfd tells when a process that is no child has ended, so the
 * wait is a poll of that and of a signalfd; no timer runs.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct proxy {
	const char *pidfile;
	time_t started;
	pid_t command; /* 0 once it was reaped */
	int status;    /* how it ended */
	int signals;   /* signalfd */
	int target;    /* pidfd of what the command left behind, or -1 */
};

static pid_t
read_pid(const char *path)
{
	FILE *file = fopen(path, "re");
	char line[32];
	long pid = 0;

	if (file == NULL)
		return 0;
	if (fgets(line, sizeof(line), file) != NULL)
		pid = strtol(line, NULL, 10);
	fclose(file);
	return pid > 0 ? (pid_t)pid : 0;
}

/* A file older than we are names a process of an earlier life, or a stranger. */
static void
adopt_target(struct proxy *proxy)
{
	pid_t pid = read_pid(proxy->pidfile);
	struct stat st;

	if (pid == 0 || stat(proxy->pidfile, &st) == -1 ||
	    st.st_mtime < proxy->started)
		return;
	proxy->target = (int)syscall(SYS_pidfd_open, pid, 0);
}

static void
reap(struct proxy *proxy)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != proxy->command)
			continue;
		proxy->command = 0;
		proxy->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
		adopt_target(proxy);
	}
}

static void
hand_on(const struct proxy *proxy, int signo)
{
	pid_t pid = read_pid(proxy->pidfile);

	if (pid == 0 || kill(pid, signo) == -1)
		fprintf(stderr,
		    "pidproxy: can't hand signal %d on to the pid "
		    "in %s\n",
		    signo, proxy->pidfile);
}

static void
handle_signal(struct proxy *proxy)
{
	struct signalfd_siginfo info;

	if (read(proxy->signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGCHLD)
		reap(proxy);
	else
		hand_on(proxy, (int)info.ssi_signo);
}

static void
watch(struct proxy *proxy)
{
	struct pollfd fds[2] = { { .events = POLLIN }, { .events = POLLIN } };

	while (proxy->command != 0 || proxy->target != -1) {
		fds[0].fd = proxy->signals;
		fds[1].fd = proxy->target;
		if (poll(fds, 2, -1) == -1)
			continue;
		if (fds[0].revents != 0)
			handle_signal(proxy);
		if (fds[1].fd != -1 && fds[1].revents != 0) {
			close(proxy->target);
			proxy->target = -1;
		}
	}
}

static pid_t
start(char **argv, const sigset_t *former)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	sigprocmask(SIG_SETMASK, former, NULL);
	execvp(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

int
main(int argc, char **argv)
{
	struct proxy proxy = { .target = -1 };
	sigset_t all, former;

	if (argc < 3) {
		fprintf(stderr,
		    "usage: pidproxy <pidfile name> <command> [<cmdarg1> ...]\n");
		return 1;
	}
	/* Ignored, as who started us may have it, no end would ever be told. */
	signal(SIGCHLD, SIG_DFL);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &former);
	proxy.pidfile = argv[1];
	proxy.started = time(NULL);
	proxy.signals = signalfd(-1, &all, SFD_CLOEXEC);
	proxy.command = start(argv + 2, &former);
	if (proxy.signals == -1 || proxy.command == -1) {
		perror("pidproxy");
		return 1;
	}
	watch(&proxy);
	return proxy.status;
}
