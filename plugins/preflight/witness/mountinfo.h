/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_MOUNTINFO_H
#define PREFLIGHT_MOUNTINFO_H

#include <sys/types.h>

#include "base/strvec.h"

/* What is read of a mountinfo file at most. */
#define MOUNTINFO_MAX (4u * 1024 * 1024)

/*
 * Who else has a say on a mount, from the text of a mountinfo file
 * (proc(5)): a phrase for a person ("fuse mount of uid 1000 without
 * allow_other"), which the caller frees; NULL for a file system that the
 * kernel judges alone.  The mount is that of the device or, if that is 0, the
 * one whose mount point is the path; pure.
 */
char *mountinfo_server(const char *mountinfo, dev_t, const char *path);
/* The mount points of all such, in the order of the file; pure. */
void mountinfo_served(const char *mountinfo, struct strvec *points);

/* All mount points, in the order of the file; pure. */
void mountinfo_points(const char *mountinfo, struct strvec *points);

#endif
