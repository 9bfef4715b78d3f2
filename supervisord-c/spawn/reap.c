/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <sys/wait.h>

#include "base/log.h"
#include "base/signame.h"
#include "base/xmalloc.h"
#include "spawn/reap.h"

void
reap_all(reap_fn fn, void *arg)
{
	int status;
	pid_t pid;

	for (;;) {
		pid = waitpid(-1, &status, WNOHANG);
		if (pid > 0) {
			fn(pid, status, arg);
			continue;
		}
		if (pid == -1 && errno == EINTR)
			continue;
		if (pid == -1 && errno != ECHILD)
			log_criticalx("waitpid error %d; a process may not be "
				      "cleaned up properly",
			    errno);
		return;
	}
}

char *
reap_describe(int status)
{
	if (WIFEXITED(status))
		return xasprintf("exit status %d", WEXITSTATUS(status));
	if (WIFSIGNALED(status))
		return xasprintf("terminated by %s%s",
		    signame(WTERMSIG(status)),
		    WCOREDUMP(status) ? " (core dumped)" : "");
	return xasprintf("unknown termination cause 0x%04x",
	    (unsigned int)status);
}
