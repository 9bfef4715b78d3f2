/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_GRANT_H
#define PREFLIGHT_GRANT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strvec.h"

#include "preflight/probe/tree.h"

/*
 * The price of a grant: what the worker can read by it beyond what it has to
 * (contract P4.8 PF507, P5.6).  Counted by the app's user, who sees its own
 * tree, with the arithmetic of access.h.
 */

struct grant_question {
	const struct identity *worker; /* in whose view */
	const struct cred *app;	       /* who lists */
	const char *const *places;     /* to look at, none below another */
	size_t place_count;
	const struct strvec *needed; /* trees that nginx has to read */
	/* Who without the grant and with it; they may be the same if there are
	 * directories that it opens. */
	const struct cred *without, *with;
	const struct strvec *opened; /* NULL: none */
	struct tree_budget budget;
	struct probe_options probe;
};

struct grant {
	size_t files;	   /* become readable */
	size_t suspicious; /* of those, by their names secrets (PF501-PF515) */
	size_t writable;   /* become writable */
	struct strvec worst; /* at most ten, the worst first */
	bool complete;	     /* everything was seen: the numbers are exact */
};

/* The cred as a member of the group, or not; the caller frees its groups. */
struct cred grant_with_group(const struct cred *, gid_t, bool member);

/* The caller frees with grant_done.  Places that cannot be listed make it
 * incomplete. */
void grant_measure(const struct grant_question *, struct grant *);
void grant_done(struct grant *);

/* "41 more files become readable (.env, conf/tls.key)"; the caller frees. */
char *grant_price(const struct grant *);

#endif
