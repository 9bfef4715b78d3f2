/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_CONF_DIFF_H
#define PREFLIGHT_CONF_DIFF_H

#include "preflight/judge/judge.h"

/*
 * What would have to be changed in nginx's configuration, shown as a unified
 * diff.  The checker itself never edits it (contract P5.6, rule 2).
 */

/* For the plan to move the need's tree: where to, and the line that then has to
 * be another one; both NULL if that cannot be told.  The caller frees. */
void conf_diff_move(const struct judge *, const struct need *, char **text,
    char **diff);
/* Adds the plan to end the alias with a slash, as its location does. */
void conf_diff_slash(const struct judge *, struct finding *,
    const struct need *);

#endif
