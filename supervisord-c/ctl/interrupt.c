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
static sigset_t old_mask;

static void
on_interrupt(int signo)
{
	(void)signo;
	came = 1;
}

void
interrupt_catch(void)
{
	struct sigaction action = { .sa_handler = on_interrupt };
	sigset_t blocked;

	if (depth++ > 0)
		return;
	came = 0;
	sigemptyset(&action.sa_mask);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGINT);
	sigprocmask(SIG_BLOCK, &blocked, &old_mask);
	sigaction(SIGINT, &action, &old_action);
}

void
interrupt_release(void)
{
	if (--depth > 0)
		return;
	sigaction(SIGINT, &old_action, NULL);
	sigprocmask(SIG_SETMASK, &old_mask, NULL);
}

int
interrupt_poll(struct pollfd *fds, nfds_t count)
{
	if (came) {
		errno = EINTR;
		return -1;
	}
	return ppoll(fds, count, NULL, &old_mask);
}

bool
interrupt_came(void)
{
	return came;
}
