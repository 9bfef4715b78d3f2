/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_POLICY_STORE_H
#define PREFLIGHT_POLICY_STORE_H

#include "preflight/policy/policy.h"

/* Policies by file: programs that name the same one share it, and with it the
 * knowledge which of its waivers were used. */
struct policy_store {
	struct policy **items;
	size_t count;
};

/* The policy of the file, read at the first call; borrowed.  NULL with *cause
 * if it cannot be used. */
struct policy *policy_store_get(struct policy_store *, const char *path,
    time_t now, char **cause);
void policy_store_done(struct policy_store *);

#endif
