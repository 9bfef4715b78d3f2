/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_TREE_LIST_H
#define PREFLIGHT_TREE_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strvec.h"

#include "preflight/probe/child.h"
#include "preflight/probe/tree.h"
#include "preflight/probe/tree_gain.h"

/*
 * Listing a tree inside a probe child (contract P4.5): directories breadth
 * first, a bounded part of each in the first round, so that a huge one cannot
 * eat the budget.  Memory comes from one anonymous mapping.
 *
 * Records it sends:
 *   RECORD_BEGIN      nothing: it is alive
 *   RECORD_SAMPLE     path; numbers: class or -1, LIST_* reason, and 1 for a
 *                     directory (LIST_SECRET) or the length of the link's own
 *                     path, after which its target follows (LIST_LEAVING); for
 *                     LIST_GAINED the reach, and fourth how bad it is
 *   RECORD_DIRECTORY  path; numbers: class or -1, entries in it, and 1 if a
 *                     request can lead to it or below it
 *   RECORD_CLASS      facts; numbers: index, members, 1 for directories, then
 *                     of files: oldest and newest, smallest and largest
 *   RECORD_WAY        numbers: struct tree_way (these two with a gain only)
 *   RECORD_REACH      numbers: struct tree_reach
 *   RECORD_SEEN       numbers: dirs, files, links, others, unlisted, complete,
 *                     estimate of all entries, digest of those seen (0: it
 *                     would not show every change)
 */

enum list_reason {
	LIST_CLASS, /* stands for its class */
	LIST_NEWEST,
	LIST_LARGEST,
	LIST_ODD,      /* worth a look by itself */
	LIST_LEAVING,  /* a link out of the tree; see above */
	LIST_SECRET,   /* by its name; numbers[2] is 1 for a directory */
	LIST_MOUNT,    /* a mount point that was not entered */
	LIST_UNLISTED, /* a directory that could not be read */
	LIST_GAINED,   /* the worst that can be had by one reach */
};

struct list_job {
	const char *path;
	struct tree_budget budget;
	bool (*wanted)(const char *relative, const void *arg); /* or NULL */
	const void *wanted_arg;
	bool lasting;	/* wanted_arg lasts as long as the memory of the run */
	uid_t app;	/* owner that is not odd */
	unsigned depth; /* levels below the root; 0: 40 */
	bool secrets;	/* look for names of secrets, too */
	bool sources;	/* and for program source */
	char *const *more_secrets;    /* and for these patterns; may be NULL */
	const struct tree_gain *gain; /* a change to be priced; may be NULL */
	/* Mount points, from its root, that a server answers for: they are not
	 * even looked at.  May be NULL. */
	const struct strvec *served;
	struct seen *shared; /* with those before it; may be NULL */
	bool home;	     /* below three levels only known dot directories */
};

/* A child_fn; arg is a struct list_job. */
void tree_list(const struct child *, void *arg);

#endif
