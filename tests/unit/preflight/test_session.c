/* SPDX-License-Identifier: ISC */
/*
 * A child that cannot be got rid of (contract P6, P1.2 S16).
 */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#include "preflight/probe/session.h"

/* Processes that hold the pipe open, as one that hangs in the kernel does. */
struct held {
	atomic_int started;
	pid_t pids[8];
};

static struct held *held;

static void
begin(void)
{
	held = mmap(NULL, sizeof(*held), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	cr_assert_neq(held, MAP_FAILED);
}

static void
end(void)
{
	for (int i = 0; i < held->started; i++)
		kill(held->pids[i], SIGKILL);
	munmap(held, sizeof(*held));
}

/* The child's own child does not die with it. */
static void
hang(const struct child *child, void *arg)
{
	struct held *list = arg;
	pid_t pid = fork();

	(void)child;
	if (pid > 0)
		list->pids[list->started++] = pid;
	for (;;)
		pause();
}

static void
take(const struct record *record, const char *path, void *arg)
{
	(void)record;
	(void)path;
	(void)arg;
}

Test(session, leaves_at_most_three_behind, .init = begin, .fini = end,
    .timeout = 60)
{
	struct cred cred = { .uid = geteuid(), .gid = getegid() };
	struct probe_as as = { .cred = &cred, .proc_fd = -1, .umask = -1 };
	struct child_plan plan = { .as = &as, .work = hang, .arg = held };
	struct session session = { .plan = &plan,
		.quiet_ms = 200,
		.take = take };

	for (int i = 0; i < 3; i++) {
		cr_assert_eq(session_run(&session), WHY_TIMED_OUT);
		cr_assert(session.abandoned);
	}
	cr_assert_eq(held->started, 3);
	cr_assert_eq(session_run(&session), WHY_TIMED_OUT);
	cr_assert_not(session.abandoned);
	cr_assert_eq(held->started, 3);
}
