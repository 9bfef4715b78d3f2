/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_TENANTS_H
#define PREFLIGHT_TENANTS_H

#include <stddef.h>

#include "preflight/app/pairing.h"

/*
 * Whose files one nginx serves: programs of different users that pair with
 * it.  What a worker can read of one of them, each of the others may be able
 * to publish (contract P4.8).
 */
struct tenants {
	const struct program_view **items; /* one a user, in the order of the
					    * configuration; borrowed */
	size_t count;
};

/* Programs that run as root, who may read everything anyway, do not count. */
void tenants_find(const struct program_views *, const struct nginx_site *,
    struct tenants *);
void tenants_done(struct tenants *);

#endif
