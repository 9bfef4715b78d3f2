/* SPDX-License-Identifier: ISC */
#ifndef SPAWN_PLAN_H
#define SPAWN_PLAN_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/cred.h"
#include "base/strvec.h"

/*
 * Everything the child has to do, decided in the parent: after fork there are
 * system calls only (contract D3.9).
 */
struct spawn_plan {
	const char *path; /* the file to execute */
	char *const *argv;
	char *const *envp;
	int fds[3];		 /* become 0, 1 and 2 */
	const struct cred *cred; /* NULL: stay who we are */
	const char *directory;	 /* NULL: stay */
	int umask;		 /* -1: inherit */
};

#endif
