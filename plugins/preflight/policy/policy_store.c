/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"

#include "preflight/policy/policy_store.h"

/*
 * A short list: hardly anybody has more than one policy.
 */

struct policy *
policy_store_get(struct policy_store *store, const char *path, time_t now,
    char **cause)
{
	struct policy *policy;

	for (size_t i = 0; i < store->count; i++) {
		if (strcmp(store->items[i]->file, path) == 0)
			return store->items[i];
	}
	policy = xcalloc(1, sizeof(*policy));
	if (policy_read(path, now, policy, cause) == -1) {
		policy_done(policy);
		free(policy);
		return NULL;
	}
	store->items = xreallocarray(store->items, store->count + 1,
	    sizeof(struct policy *));
	store->items[store->count++] = policy;
	return policy;
}

void
policy_store_done(struct policy_store *store)
{
	for (size_t i = 0; i < store->count; i++) {
		policy_done(store->items[i]);
		free(store->items[i]);
	}
	free(store->items);
	*store = (struct policy_store){ 0 };
}
