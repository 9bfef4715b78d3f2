/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_TREE_GAIN_H
#define PREFLIGHT_TREE_GAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cred.h"

/* How many paths are named. */
#define TREE_GAIN_WORST 10

/*
 * A change whose price a lister counts while it walks (contract P4.8, PF507):
 * files that can be read with it and cannot without it, by the arithmetic of
 * access.h and along the whole way.  Plain data that is not changed while the
 * lister runs.
 */
struct tree_gain {
	const struct cred *without, *with; /* who, before and after */
	/* Whether each may pass what lies above the listed root. */
	bool enters_without, enters_with;
	/* Directories that can be passed afterwards, whatever they say now. */
	char *const *opened;
	size_t opened_count;
	/* Trees that are meant to be read: nothing below counts. */
	char *const *needed;
	size_t needed_count;
};

#endif
