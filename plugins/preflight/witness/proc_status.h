/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_PROC_STATUS_H
#define PREFLIGHT_PROC_STATUS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cred.h"

/* What /proc/PID says about a process. */
struct proc_status {
	pid_t parent;
	/* The ids that file access goes by (fsuid, fsgid), and the groups. */
	struct cred cred;
	int seccomp; /* -1: the kernel does not say */
	bool no_new_privs;
};

/*
 * Reads the text of /proc/PID/status; -1 if a line that is needed is missing
 * or is not what it should be.  The caller calls cred_done on the cred.
 */
int proc_status_parse(const char *text, struct proc_status *);

/* Start in clock ticks after boot, from the text of /proc/PID/stat; -1 if it
 * cannot be understood. */
int64_t proc_stat_start(const char *text);

/*
 * A file of a process, through the descriptor of its directory, so that it is
 * always the same process: NULL and ESRCH or ENOENT when that is gone.  NULs
 * inside become blanks, those at the end are cut.  The caller frees.
 */
char *proc_read(int proc_fd, const char *name);
/* The target of one of its links; the caller frees. */
char *proc_readlink(int proc_fd, const char *name);

#endif
