/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_FIX_SCENE_H
#define PREFLIGHT_FIX_SCENE_H

#include "preflight/fix/fix_plan.h"
#include "preflight/judge/judge.h"

/*
 * Between the judge and the pure plans: looks behind the first obstacle as the
 * app's user, so that one plan mends all of them (contract P4.3).
 */

/* What a judge knows, as the plans want it; fix_scene_done frees. */
void fix_scene_fill(const struct judge *, struct fix_scene *);
void fix_scene_done(struct fix_scene *);

/*
 * Adds plans to the finding about an answer that was refused.  What else would
 * be in the way is told and mended with it: obstacles behind the first, and
 * files of the served tree at the question's path (NULL: it is no tree).
 */
void fix_scene_access(struct judge *, struct finding *, const struct question *,
    const struct answer *, const struct tree_result *);

/* Adds plans for one file of a tree, to which the way is free. */
void fix_scene_file(const struct judge *, struct finding *,
    const struct answer *);

/* Adds plans for the files of a tree whose root can be reached. */
void fix_scene_tree(struct judge *, struct finding *, const char *path,
    const struct tree_result *);

#endif
