/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_JUDGE_LINKS_H
#define PREFLIGHT_JUDGE_LINKS_H

#include <stdbool.h>

#include "preflight/app/program_view.h"
#include "preflight/nginx/need.h"
#include "preflight/probe/answer.h"
#include "preflight/probe/tree.h"

/*
 * Symlinks: which of them nginx is told to refuse, and which lead away.
 */

/* Sets how the question, whose path is set, treats links: disable_symlinks
 * with its from= as it holds for the need. */
void judge_links(const struct need *, struct question *);

/* Whether the link leads out of all that is the program's own: its directory
 * and its user's home. */
bool judge_link_is_foreign(const struct program_view *,
    const struct tree_link *);

#endif
