/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_HUNG_H
#define PREFLIGHT_HUNG_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/strvec.h"

#include "preflight/probe/probe.h"

/*
 * File systems that a server answers for may never answer (contract P6).  What
 * was waited for in vain once is not tried again in the same run, and listers
 * keep away from all such mounts in the trees that they walk.
 */

/* The text of mountinfo of the process, or ours (-1); the caller frees, NULL. */
char *hung_mountinfo(int proc_fd);
/* All mount points in that view that a server answers for. */
void hung_served(int proc_fd, struct strvec *mounts);

/* Notes that the path did not answer: the mount that it is on if a server
 * answers for that, else the path.  Returns the place, which the memory keeps;
 * NULL without a memory. */
const char *hung_note(struct probe_memory *, const struct probe_as *,
    const char *path);
/* The place of the view that hung before and that the path is in; NULL. */
const char *hung_at(const struct probe_memory *, pid_t view, const char *path);
/* The place that hung last, in whatever view; NULL. */
const char *hung_last(const struct probe_memory *);

#endif
