/* SPDX-License-Identifier: ISC */
/*
 * Ctrl-C while a log is followed or a line is edited.  Signals and their masks
 * belong to the whole process, hence the file's variables.
 */
#include <errno.h>
#include <signal.h>
#include <stddef.h>

#include "ctl/interrupt.h"

static volatile sig_atomic_t came;
static unsigned int depth;
static struct sigaction old_action;

static void
on_interrupt(int signo)
{
	(void)signo;
	came = 1;
}

void
interrupt_catch(void)
{
	/* Not restarting: a blocking call ends with EINTR. */
	struct sigaction action = { .sa_handler = on_interrupt };

	if (depth++ > 0)
		return;
	came = 0;
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, &old_action);
}

void
interrupt_release(void)
{
	if (--depth == 0)
		sigaction(SIGINT, &old_action, NULL);
}

int
interrupt_poll(struct pollfd *fds, nfds_t count)
{
	sigset_t blocked, old;
	int result = -1;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGINT);
	sigprocmask(SIG_BLOCK, &blocked, &old);
	if (came)
		errno = EINTR;
	else
		result = ppoll(fds, count, NULL, &old);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return result;
}

bool
interrupt_came(void)
{
	return came;
}
