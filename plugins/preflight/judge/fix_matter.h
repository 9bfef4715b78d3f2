/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_FIX_MATTER_H
#define PREFLIGHT_FIX_MATTER_H

#include <stdbool.h>
#include <stddef.h>

#include "preflight/fix/fix_plan.h"
#include "preflight/judge/tree_secrets.h"
#include "preflight/report/finding.h"

/*
 * One thing that nginx has to reach, a tree, a file or a socket, and all that
 * is in the way of it.  Several wait behind one closed directory: they are
 * collected while a program is judged, so that one plan is for all of them.
 */
struct fix_matter {
	struct finding *finding; /* what it is told by; borrowed */
	char *path;
	struct answer *obstacles;
	size_t count;
	bool by_link;  /* only a link in a tree leads there */
	bool has_tree; /* with files behind them */
	struct fix_tree tree;
	struct tree_secrets secrets; /* of the tree */
	/* As conf_diff_move has it; NULL: nothing is known. */
	char *move_text, *move_diff;
	bool planned; /* the finding's plans are for this, too */
};

struct fix_matters {
	struct fix_matter **items;
	size_t count;
};

/* One more, with nothing in its way yet; it stays the list's. */
struct fix_matter *fix_matters_add(struct fix_matters *, struct finding *,
    const char *path);
/* What the finding has to do with the path, borrowed; path NULL: with any.
 * NULL: nothing. */
struct fix_matter *fix_matters_find(const struct fix_matters *,
    const struct finding *, const char *path);
void fix_matters_done(struct fix_matters *);

/* A copy of the answer is in the way of it. */
void fix_matter_obstacle(struct fix_matter *, const struct answer *);

#endif
