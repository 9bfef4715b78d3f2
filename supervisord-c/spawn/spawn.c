/* SPDX-License-Identifier: ISC */
/*
 * The parent's side of starting a program.  vfork costs the same whatever the
 * daemon's size (and, as shared_vfork does it, whatever its number of
 * descriptors), fork grows with it (measured: 63 against 91 us with 1 MiB, 138
 * against 670 with 30), but it holds the daemon until the program is
 * executed.  So it is taken only where nobody can make that long: a child of
 * another user could be stopped by that user's SIGSTOP, and a directory may
 * lie on a server that does not answer.
 */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "spawn/shared_vfork.h"
#include "spawn/spawn.h"
#include "spawn/spawn_child.h"

static bool
may_take_long(const struct spawn_plan *plan)
{
	return plan->directory != NULL ||
	    (plan->cred != NULL && plan->cred->uid != getuid());
}

static pid_t
start_child(const struct spawn_plan *plan, const sigset_t *mask)
{
	pid_t pid;

	if (!may_take_long(plan))
		return shared_vfork(plan, mask);
	pid = fork();
	if (pid == 0)
		spawn_child(plan, mask);
	return pid;
}

pid_t
spawn(const struct spawn_plan *plan)
{
	sigset_t all, mask;
	pid_t pid;
	int saved;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &mask);
	pid = start_child(plan, &mask);
	saved = errno;
	sigprocmask(SIG_SETMASK, &mask, NULL);
	errno = saved;
	return pid;
}
