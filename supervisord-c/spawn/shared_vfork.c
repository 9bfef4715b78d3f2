/* SPDX-License-Identifier: ISC */
/*
 * fork and vfork give the child a copy of the table of descriptors, and its
 * exec closes the copies one by one.  With three for each program that runs
 * this is soon most of the work of a start (measured: 658 us with 3000
 * descriptors, 366 without the copies; 2004 and 691 with 15000).
 *
 * So here the child shares the table, which is safe while the parent waits,
 * and its first call leaves it: close_range(2) makes a table of its own out
 * of the lowest entries only.  That is why what the child needs must be there:
 * some low numbers are set aside, and the plan's descriptors are put in them
 * for as long as it takes.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <unistd.h>

#include "base/fd.h"
#include "spawn/shared_vfork.h"
#include "spawn/spawn_child.h"

#ifdef HAVE_VALGRIND_VALGRIND_H
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

#define STACK_SIZE 65536

struct start {
	struct spawn_plan plan;
	const sigset_t *mask;
};

/* Set aside: three for the plan's, and what is in them at other times. */
static int places[3] = { -1, -1, -1 }, nothing = -1;
/* The child's, while the parent waits. */
static char stack[STACK_SIZE] __attribute__((aligned(16)));

static void
give_back(void)
{
	for (int i = 0; i < 3; i++)
		fd_close(&places[i]);
	fd_close(&nothing);
}

static int
set_aside(void)
{
	if (nothing != -1)
		return 0;
	nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (nothing == -1)
		return -1;
	for (int i = 0; i < 3; i++) {
		places[i] = fcntl(nothing, F_DUPFD_CLOEXEC, 3);
		if (places[i] == -1) {
			give_back();
			return -1;
		}
	}
	return 0;
}

/* The first descriptor that the child does without. */
static unsigned int
table_end(void)
{
	int last = nothing;

	for (int i = 0; i < 3; i++) {
		if (places[i] > last)
			last = places[i];
	}
	return (unsigned int)last + 1;
}

/* Kernels before 5.9 and filters in containers do not know close_range. */
SPAWN_CHILD_CODE static int
run_child(void *arg)
{
	const struct start *start = arg;

	if (close_range(table_end(), ~0U, CLOSE_RANGE_UNSHARE) == -1 &&
	    unshare(CLONE_FILES) == -1)
		_exit(EXIT_NOT_SPAWNED);
	spawn_child(&start->plan, start->mask);
}

static int
fill_places(const int fds[3])
{
	for (int i = 0; i < 3; i++) {
		if (dup3(fds[i], places[i], O_CLOEXEC) == -1)
			return -1;
	}
	return 0;
}

static void
empty_places(void)
{
	for (int i = 0; i < 3; i++)
		dup3(nothing, places[i], O_CLOEXEC);
}

static pid_t
plain_vfork(const struct spawn_plan *plan, const sigset_t *mask)
{
	pid_t pid = vfork();

	if (pid == 0)
		spawn_child(plan, mask);
	return pid;
}

pid_t
shared_vfork(const struct spawn_plan *plan, const sigset_t *mask)
{
	struct start start = { .plan = *plan, .mask = mask };
	pid_t pid = -1;
	int saved;

	/* Valgrind ends a process that makes a child in this way. */
	if (RUNNING_ON_VALGRIND || set_aside() == -1)
		return plain_vfork(plan, mask);
	for (int i = 0; i < 3; i++)
		start.plan.fds[i] = places[i];
	if (fill_places(plan->fds) == 0)
		pid = clone(run_child, stack + sizeof(stack),
		    CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD, &start);
	saved = errno;
	empty_places();
	errno = saved;
	return pid;
}
