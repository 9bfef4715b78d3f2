/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_FIX_SCENE_H
#define PREFLIGHT_FIX_SCENE_H

#include <stdbool.h>
#include <sys/types.h>

#include "preflight/fix/fix_plan.h"
#include "preflight/judge/judge.h"

/*
 * Between the judge and the pure plans: looks behind the first obstacle as the
 * app's user, so that one plan mends all of them (contract P4.3).
 */

/* What a judge knows, as the plans want it; fix_scene_done frees. */
void fix_scene_fill(const struct judge *, struct fix_scene *);
void fix_scene_done(struct fix_scene *);

/* What was asked and refused. */
struct fix_asked {
	const struct question *question;
	const struct answer *first;	/* the refusal */
	const struct tree_result *tree; /* at the question's path; NULL: none */
	const struct need *need;	/* of the tree; NULL: it stays there */
	bool listed;  /* autoindex shows the directories of the tree */
	bool by_link; /* only a link in a tree leads there */
};

/*
 * Notes it as a matter of the finding, for fix_whole_plan: with what else would
 * be in the way, which is told at once: obstacles behind the first, and files
 * of the tree.
 */
void fix_scene_access(struct judge *, struct finding *,
    const struct fix_asked *);
/* Whether the finding has plans, or will have them. */
bool fix_scene_is_planned(const struct judge *, const struct finding *);

/*
 * Whether a plan may be about it: who owns it gets there, and so can run the
 * commands; the program's user cannot make them be about something else; and
 * it gains nothing for itself by a link that leads there.
 */
bool fix_scene_may_mend(const struct judge *, const struct answer *obstacle,
    bool by_link);
/* Where the path really leads, as the program's user sees it in nginx's view
 * of the file system, and what is there (S_IFDIR and the like); NULL and 0 if
 * it sees nothing, or may not follow links as another question may (NULL: it
 * may).  A path without links is left as it is.  The caller frees. */
char *fix_scene_real(const struct judge *, const char *path,
    const struct question *like, mode_t *type);

/* Adds plans for one file of a tree, to which the way is free. */
void fix_scene_file(const struct judge *, struct finding *,
    const struct answer *);

/* Adds plans for the files of a tree whose root can be reached. */
void fix_scene_tree(struct judge *, struct finding *, const char *path,
    const struct tree_result *);

#endif
