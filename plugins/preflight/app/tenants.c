/* SPDX-License-Identifier: ISC */
#include <stdbool.h>
#include <stdlib.h>

#include "base/xmalloc.h"

#include "preflight/app/tenants.h"

/*
 * Programs are paired with the nginx as if each were checked.
 */

static bool
is_served(const struct program_views *views, const struct program_view *view,
    const struct nginx_site *site)
{
	struct pairing pairing;
	bool served;

	pairing_make(views, view, site, &pairing);
	served = pairing.by != PAIR_NONE;
	pairing_done(&pairing);
	return served;
}

static bool
is_known(const struct tenants *tenants, uid_t uid)
{
	for (size_t i = 0; i < tenants->count; i++) {
		if (tenants->items[i]->cred.uid == uid)
			return true;
	}
	return false;
}

void
tenants_find(const struct program_views *views, const struct nginx_site *site,
    struct tenants *tenants)
{
	*tenants = (struct tenants){ .count = 0 };
	for (size_t i = 0; i < views->count; i++) {
		const struct program_view *view = &views->items[i];

		if (view->cred.uid == 0 || is_known(tenants, view->cred.uid) ||
		    !is_served(views, view, site))
			continue;
		tenants->items = xreallocarray(tenants->items,
		    tenants->count + 1, sizeof(*tenants->items));
		tenants->items[tenants->count++] = view;
	}
}

void
tenants_done(struct tenants *tenants)
{
	free(tenants->items);
	*tenants = (struct tenants){ .count = 0 };
}
