/* SPDX-License-Identifier: ISC */
/*
 * The child of a sealed run, on its way to exec.  It is root until its last
 * step; what it does is fixed, and of what others wrote nothing is read.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"
#include "preflight/probe/sealed.h"
#include "preflight/probe/sealed_mounts.h"

#define OUT_MAX_BYTES (96ul * 1024 * 1024)

#define KEPT                                                                   \
	(1ull << CAP_DAC_READ_SEARCH | 1ull << CAP_CHOWN |                     \
	    1ull << CAP_NET_BIND_SERVICE)

enum slot {
	SLOT_TROUBLE = 3,
	SLOT_BINARY,
	SLOT_END,
};

/* Descriptors are kept above this until they are put in their slots. */
#define ABOVE_SLOTS 32

static _Noreturn void
give_up(int trouble, const char *what)
{
	dprintf(trouble, "%s: %s", what, strerror(errno));
	_exit(1);
}

/* The empty network has no address; any can be bound all the same. */
static void
allow_any_address(void)
{
	static const char *const switches[] = {
		"/proc/sys/net/ipv4/ip_nonlocal_bind",
		"/proc/sys/net/ipv6/ip_nonlocal_bind",
	};

	for (int i = 0; i < 2; i++) {
		int fd = open(switches[i], O_WRONLY | O_CLOEXEC);

		if (fd != -1)
			(void)fd_write_all(fd, "1", 1);
		fd_close(&fd);
	}
}

static void
set_limits(int timeout_ms)
{
	const struct rlimit none = { 0, 0 };
	const struct rlimit bytes = { OUT_MAX_BYTES, OUT_MAX_BYTES };
	rlim_t seconds = (rlim_t)timeout_ms / 1000 + 1;
	const struct rlimit cpu = { seconds, seconds };

	setrlimit(RLIMIT_CORE, &none);
	setrlimit(RLIMIT_FSIZE, &bytes);
	setrlimit(RLIMIT_CPU, &cpu);
}

static void
drop_capabilities(int trouble)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {
		{ 0 }
	};

	for (unsigned long i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
		if ((KEPT >> i & 1) == 0 &&
		    prctl(PR_CAPBSET_DROP, i, 0, 0, 0) == -1)
			give_up(trouble, "its capabilities cannot be taken");
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		sets[i].effective = sets[i].permitted =
		    (uint32_t)(KEPT >> 32 * i);
	if (syscall(SYS_capset, &head, sets) == -1 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		give_up(trouble, "its capabilities cannot be taken");
}

static void
reset_signals(void)
{
	sigset_t none;

	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static int
out_of_the_way(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, ABOVE_SLOTS);
}

/* Standard streams, and the executable, which stays open: if it is a script its
 * interpreter reads it from there. */
static void
place_descriptors(struct sealed_streams *streams, int *binary)
{
	int trouble = out_of_the_way(streams->trouble);
	int moved = out_of_the_way(*binary);
	int null = out_of_the_way(open("/dev/null", O_RDONLY | O_CLOEXEC));
	int out = out_of_the_way(streams->out);
	int err = out_of_the_way(streams->err);

	if (dup2(null, STDIN_FILENO) == -1 || dup2(out, STDOUT_FILENO) == -1 ||
	    dup2(err, STDERR_FILENO) == -1 ||
	    dup3(trouble, SLOT_TROUBLE, O_CLOEXEC) == -1 ||
	    dup2(moved, SLOT_BINARY) == -1)
		give_up(streams->trouble, "its descriptors cannot be placed");
	streams->trouble = SLOT_TROUBLE;
	*binary = SLOT_BINARY;
	fd_close_from(SLOT_END);
}

_Noreturn void
sealed_child(const struct sealed_plan *plan,
    const struct sealed_streams *streams)
{
	char *const environment[] = {
		(char *)"PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL
	};
	struct sealed_streams own = *streams;
	int binary = plan->binary;
	const char *failed;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	umask(022);
	allow_any_address();
	failed = sealed_mounts_make(plan);
	if (failed != NULL)
		give_up(own.trouble, failed);
	place_descriptors(&own, &binary);
	if (chdir("/") == -1)
		give_up(own.trouble, "it cannot be put to /");
	set_limits(plan->timeout_ms);
	reset_signals();
	drop_capabilities(own.trouble);
	syscall(SYS_execveat, binary, "", plan->argv, environment,
	    AT_EMPTY_PATH);
	give_up(own.trouble, "it cannot be executed");
}
