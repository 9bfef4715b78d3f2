/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/strbuf.h"
#include "base/xmalloc.h"
#include "spawn/reap.h"
#include "spawn/spawn.h"

/* What a child that ran to its end wrote on both outputs, and its status. */
struct outcome {
	struct strbuf output;
	int status;
};

static struct spawn_plan
plan_for(char **argv)
{
	static char *envp[] = { (char *)"PATH=/bin:/usr/bin", NULL };

	return (struct spawn_plan){ .path = argv[0],
		.argv = argv,
		.envp = envp,
		.umask = -1 };
}

static struct outcome
run(struct spawn_plan *plan)
{
	struct outcome outcome = { .output = STRBUF_INIT };
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	char buffer[4096];
	int out[2];
	ssize_t n;
	pid_t pid;

	cr_assert_eq(fd_pipe(out), 0);
	plan->fds[0] = in;
	plan->fds[1] = plan->fds[2] = out[1];
	pid = spawn(plan);
	cr_assert_gt(pid, 0);
	close(in);
	close(out[1]);
	while ((n = read(out[0], buffer, sizeof(buffer))) > 0)
		strbuf_add(&outcome.output, buffer, (size_t)n);
	close(out[0]);
	cr_assert_eq(waitpid(pid, &outcome.status, 0), pid);
	return outcome;
}

static void
expect(struct spawn_plan *plan, int status, const char *output)
{
	struct outcome outcome = run(plan);

	cr_expect(WIFEXITED(outcome.status));
	cr_expect_eq(WEXITSTATUS(outcome.status), status);
	cr_expect_str_eq(outcome.output.data, output);
	strbuf_done(&outcome.output);
}

#define ARGV(...)                                                              \
	(char *[])                                                             \
	{                                                                      \
		__VA_ARGS__, NULL                                              \
	}
#define SH(text) ARGV((char *)"/bin/sh", (char *)"-c", (char *)(text))

Test(spawn, gives_argv_environment_folder_and_umask)
{
	struct spawn_plan plan =
	    plan_for(SH("echo \"$0 $A $(pwd) $(umask)\"; echo err >&2"));

	plan.argv = ARGV((char *)"as typed", (char *)"-c", plan.argv[2]);
	plan.envp = ARGV((char *)"A=b c");
	plan.directory = "/usr";
	plan.umask = 027;
	expect(&plan, 0, "as typed b c /usr 0027\nerr\n");
}

Test(spawn, makes_the_child_leader_of_its_own_group)
{
	struct spawn_plan plan =
	    plan_for(SH("read -r pid c s ppid pgrp sid rest < /proc/$$/stat;"
			" test $pid = $pgrp && test $pid != $sid && echo yes"));

	expect(&plan, 0, "yes\n");
}

Test(spawn, leaves_no_descriptor_open)
{
	struct spawn_plan plan =
	    plan_for(SH("for f in 2 3 8 77; do"
			" test -e /proc/$$/fd/$f && echo $f; done"));

	/* Neither of them is close-on-exec. */
	cr_assert_eq(dup2(2, 8), 8);
	cr_assert_eq(dup2(2, 77), 77);
	expect(&plan, 1, "2\n");
}

/* What is open here, and whether it ends at an exec. */
static void
list_descriptors(struct strbuf *out)
{
	char link[64];
	ssize_t len;

	for (int fd = 0; fd < 256; fd++) {
		char *path = xasprintf("/proc/self/fd/%d", fd);

		len = readlink(path, link, sizeof(link));
		if (len > 0)
			strbuf_addf(out, "%d %.*s %d\n", fd, (int)len, link,
			    fcntl(fd, F_GETFD));
		free(path);
	}
}

/* The child shares the table for a moment. */
Test(spawn, leaves_the_parents_descriptors_alone)
{
	struct spawn_plan plan = plan_for(ARGV((char *)"/bin/true"));
	struct strbuf before = STRBUF_INIT, after = STRBUF_INIT;
	int high = fcntl(2, F_DUPFD, 200);

	cr_assert_neq(high, -1);
	expect(&plan, 0, ""); /* the first one sets some aside */
	list_descriptors(&before);
	expect(&plan, 0, "");
	plan.path = "/nowhere";
	expect(&plan, 127,
	    "supervisor: couldn't exec /bin/true: ENOENT\n"
	    "supervisor: child process was not spawned\n");
	list_descriptors(&after);
	cr_expect_str_eq(after.data, before.data);
	strbuf_done(&before);
	strbuf_done(&after);
}

/* As old kernels and the filters of old container engines do. */
static void
refuse_close_range(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close_range, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = {
		.len = sizeof(code) / sizeof(code[0]),
		.filter = code,
	};

	cr_assert_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	cr_assert_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter), 0);
}

Test(spawn, does_without_close_range)
{
	struct spawn_plan plan =
	    plan_for(SH("for f in 2 3 8 77; do"
			" test -e /proc/$$/fd/$f && echo $f; done"));

	refuse_close_range();
	cr_assert_eq(dup2(2, 8), 8);
	cr_assert_eq(dup2(2, 77), 77);
	expect(&plan, 1, "2\n");
	cr_expect_neq(fcntl(77, F_GETFD), -1);
}

static void
on_signal(int signo)
{
	(void)signo;
}

/* SIGPIPE is bit 12, SIGXFSZ bit 24, SIGUSR1 bit 9. */
Test(spawn, starts_with_the_signals_of_supervisors_children)
{
	/* The lowest 28 are looked at: 32 is glibc's own, and whoever runs the
	 * tests may have left it ignored. */
	struct spawn_plan plan =
	    plan_for(SH("exec sed -n "
			"'/^Sig[BIC]/s/[0-9a-f]\\{9\\}\\(.\\{7\\}\\)$/\\1/p' "
			"/proc/self/status"));

	signal(SIGTERM, on_signal);
	signal(SIGCHLD, on_signal);
	signal(SIGUSR1, SIG_IGN);
	signal(SIGINT,
	    SIG_DFL); /* a shell ignores these two in the background */
	signal(SIGQUIT, SIG_DFL);
	expect(&plan, 0,
	    "SigBlk:\t0000000\n"
	    "SigIgn:\t1001200\n"
	    "SigCgt:\t0000000\n");
}

Test(spawn, keeps_the_callers_mask)
{
	struct spawn_plan plan = plan_for(SH("kill -USR2 $$; echo alive"));
	sigset_t set, after;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_SETMASK, &set, NULL);
	expect(&plan, 0, "alive\n");
	sigprocmask(SIG_SETMASK, NULL, &after);
	cr_expect(sigismember(&after, SIGUSR2));
	cr_expect_not(sigismember(&after, SIGTERM));
}

Test(spawn, places_descriptors_that_are_in_each_others_way)
{
	struct spawn_plan plan = plan_for(SH("echo out; echo err >&2; cat"));
	int out[2], err[2], in, saved = dup(2);
	char got[8] = "";
	pid_t pid;

	cr_assert_eq(fd_pipe(out), 0);
	cr_assert_eq(fd_pipe(err), 0);
	in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	/* 0 is the output, 1 the errors, 2 the input. */
	cr_assert_eq(dup2(out[1], 0), 0);
	cr_assert_eq(dup2(err[1], 1), 1);
	cr_assert_eq(dup2(in, 2), 2);
	plan.fds[0] = 2;
	plan.fds[1] = 0;
	plan.fds[2] = 1;
	pid = spawn(&plan);
	dup2(saved, 2);
	cr_assert_gt(pid, 0);
	waitpid(pid, NULL, 0);
	cr_expect_eq(read(out[0], got, 4), 4);
	cr_expect_str_eq(got, "out\n");
	cr_expect_eq(read(err[0], got, 4), 4);
	cr_expect_str_eq(got, "err\n");
}

#define NOT_SPAWNED "supervisor: child process was not spawned\n"

Test(spawn, tells_what_failed_and_exits_127)
{
	struct spawn_plan plan = plan_for(ARGV((char *)"typed"));

	plan.path = "/no/such";
	expect(&plan, 127,
	    "supervisor: couldn't exec typed: ENOENT\n" NOT_SPAWNED);
	plan.path = "/dev/null";
	expect(&plan, 127,
	    "supervisor: couldn't exec typed: EACCES\n" NOT_SPAWNED);
	plan.path = "/bin/true";
	plan.directory = "/no/dir";
	expect(&plan, 127,
	    "supervisor: couldn't chdir to /no/dir: ENOENT\n" NOT_SPAWNED);
}

Test(spawn, runs_a_child_of_another_user)
{
	struct cred cred;
	char *cause = NULL;
	struct spawn_plan plan = plan_for(SH("id -u; id -G"));

	if (getuid() != 0)
		cr_skip_test("needs root");
	cr_assert_eq(cred_resolve(65534, &cred, &cause), 0);
	plan.cred = &cred;
	expect(&plan, 0, "65534\n65534\n");
	cr_expect_eq(geteuid(), 0);
	/* Root is needed to become anyone: tried from an ordinary user. */
	cr_assert_eq(setreuid(65534, 65534), 0);
	cred.uid = 1;
	expect(&plan, 127,
	    "supervisor: couldn't setuid to 1: Can't drop "
	    "privilege as nonroot user\n" NOT_SPAWNED);
	cred_done(&cred);
}

/* Supervisor loses about half of these and waits for SIGKILL. */
Test(spawn, never_loses_a_stop_sent_at_once)
{
	struct spawn_plan plan =
	    plan_for(ARGV((char *)"/bin/sleep", (char *)"60"));
	long rounds = getenv("SUPD_LONG") != NULL ? 10000 : 500;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct timespec before, after;
	int status;

	signal(SIGTERM, on_signal);
	plan.fds[0] = plan.fds[1] = plan.fds[2] = null;
	for (long i = 0; i < rounds; i++) {
		/* Both ways of making the child. */
		plan.directory = i % 2 ? "/" : NULL;
		pid_t pid = spawn(&plan);

		cr_assert_gt(pid, 0);
		clock_gettime(CLOCK_MONOTONIC, &before);
		cr_assert_eq(kill(pid, SIGTERM), 0);
		cr_assert_eq(waitpid(pid, &status, 0), pid);
		clock_gettime(CLOCK_MONOTONIC, &after);
		cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
		cr_assert_lt(after.tv_sec - before.tv_sec, 5);
	}
}

static void
count_child(pid_t pid, int status, void *arg)
{
	int *count = arg;

	cr_expect_gt(pid, 0);
	cr_expect_eq(WEXITSTATUS(status), 0);
	(*count)++;
}

Test(spawn, reap_collects_every_child_that_ended)
{
	struct spawn_plan plan = plan_for(ARGV((char *)"/bin/true"));
	struct pollfd gone;
	int ends[2], count = 0;

	cr_assert_eq(fd_pipe(ends), 0);
	plan.fds[0] = plan.fds[1] = plan.fds[2] = ends[1];
	for (int i = 0; i < 20; i++)
		cr_assert_gt(spawn(&plan), 0);
	close(ends[1]);
	gone = (struct pollfd){ .fd = ends[0], .events = POLLIN };
	while (count < 20 && poll(&gone, 1, 10000) == 1)
		reap_all(count_child, &count);
	cr_expect_eq(count, 20);
	reap_all(count_child, &count);
	cr_expect_eq(count, 20);
}
