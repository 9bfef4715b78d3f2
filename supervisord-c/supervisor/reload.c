/* SPDX-License-Identifier: ISC */
/*
 * The difference between what is active and what is configured, in names of
 * groups.
 */
#include "config/diff.h"
#include "supervisor/reload.h"

void
reload_compare(const struct members *members, const struct config *config,
    struct reload_result *result)
{
	for (size_t i = 0; i < config->group_count; i++) {
		const struct group_config *group = &config->groups[i];
		const struct member *member =
		    members_find(members, group->name);

		if (member == NULL)
			strvec_push(&result->added, group->name);
		else if (config_group_differs(group_config(member->group),
			     group))
			strvec_push(&result->changed, group->name);
	}
	for (size_t i = 0; i < members->count; i++) {
		const char *name =
		    group_config(members->active[i]->group)->name;

		if (config_find_group(config, name) == NULL)
			strvec_push(&result->removed, name);
	}
}

void
reload_result_done(struct reload_result *result)
{
	strvec_done(&result->added);
	strvec_done(&result->changed);
	strvec_done(&result->removed);
}
