/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_WALK_H
#define PREFLIGHT_WALK_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "preflight/probe/answer.h"

/*
 * Resolving a path by hand, one openat(O_PATH | O_NOFOLLOW) a component, to
 * name what is in the way (contract P4.2).  Runs in probe children: system
 * calls only, nothing allocated; a walk takes about 16 KB of stack.
 */

/* Where a child looks from. */
struct view {
	int root;     /* O_PATH of the root directory */
	int cwd;      /* for relative paths; -1: there is none */
	bool beneath; /* root is not this process's: openat2(2) confines */
};

/*
 * Told of every object on the way, "/" first and links before their targets;
 * fd is borrowed.
 */
typedef void (*walk_step_fn)(const char *path, int fd, void *arg);

struct walk {
	/* Set before: */
	const struct view *view;
	bool nofollow;	   /* a link at the end is the target itself */
	walk_step_fn step; /* may be NULL */
	void *arg;
	/* Set after: */
	enum why why; /* WHY_NONE: it can be reached */
	int error;
	int fd; /* O_PATH of target or blocker; -1: neither; closed by
		       * walk_done */
	char path[PATH_MAX]; /* of the target or blocker, links resolved */
	bool on_target;
	unsigned links; /* followed */
	/* A link at the very end that fs.protected_symlinks would refuse. */
	bool protected_link;
	char link[PATH_MAX]; /* the outermost link followed last */
};

/* Goes to path; the members named above say what was found. */
void walk_to(struct walk *, const char *path);
void walk_done(struct walk *);

/* As open(path, flags | O_CLOEXEC) from the view: the kernel's own walk.  The
 * flags have O_PATH. */
int view_open(const struct view *, const char *path, int flags);

#endif
