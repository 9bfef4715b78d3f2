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

/* A need with autoindex, and its check. */
struct judge_listing {
	struct judge *judge;
	size_t check;
	const struct need *need;
};

/* Whether nginx would list the directory dir below the need's; listing is a
 * struct judge_listing.  Leaves the check's errno alone. */
bool judge_index_lists(const char *dir, const void *listing);

/* Whether nginx would list the directory: only where no file stands for it. */
bool judge_index_is_listed(struct judge *, size_t check, const struct need *);

#endif
