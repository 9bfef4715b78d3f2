/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_JUDGE_INDEX_H
#define PREFLIGHT_JUDGE_INDEX_H

#include <stdbool.h>

#include "preflight/judge/judge.h"

/*
 * A request for a served directory itself: its index file, or else its list
 * (contract P1, S11).
 */

/* Adds what such a request would be refused for to the check of that number. */
void judge_index(struct judge *, size_t check, const struct need *);

/* Whether nginx would list the directory dir below the need's, of a need with
 * autoindex.  Leaves the check's errno alone. */
bool judge_index_lists(struct judge *, size_t check, const struct need *,
    const char *dir);

/* Whether nginx would list the directory: only where no file stands for it. */
bool judge_index_is_listed(struct judge *, size_t check, const struct need *);

#endif
