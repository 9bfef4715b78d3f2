/* SPDX-License-Identifier: ISC */
/*
 * update: makes what is active what the configuration says, group by group:
 * removed, changed, added.
 */
#include <stdio.h>
#include <string.h>

#include "ctl/cmd_update.h"
#include "ctl/reload_result.h"
#include "xmlrpc/fault.h"

/* Calls a method about a group for the sake of its effect. */
static int
call_for(struct ctl *ctl, const char *method, const char *group)
{
	struct reply reply;

	if (ctl_need_value(ctl, method, client_params("s", group), &reply) ==
	    -1)
		return -1;
	reply_done(&reply);
	return 0;
}

static bool
any_failed(const struct value *results)
{
	for (size_t i = 0; i < value_count(results); i++) {
		struct process_result result;

		process_result_read(value_item(results, i), &result);
		if (result.status == FAULT_FAILED)
			return true;
	}
	return false;
}

static int
update_removed(struct ctl *ctl, const char *group)
{
	struct reply reply;
	bool failed;

	if (ctl_need_value(ctl, "stopProcessGroup", client_params("s", group),
		&reply) == -1)
		return -1;
	printf("%s: stopped\n", group);
	failed = any_failed(reply.value);
	reply_done(&reply);
	if (failed) {
		ctl_fail(ctl, CTL_ERROR, "%s: has problems; not removing",
		    group);
		return 0;
	}
	if (call_for(ctl, "removeProcessGroup", group) == -1)
		return -1;
	printf("%s: removed process group\n", group);
	return 0;
}

static int
update_changed(struct ctl *ctl, const char *group)
{
	if (call_for(ctl, "stopProcessGroup", group) == -1)
		return -1;
	printf("%s: stopped\n", group);
	if (call_for(ctl, "removeProcessGroup", group) == -1 ||
	    call_for(ctl, "addProcessGroup", group) == -1)
		return -1;
	printf("%s: updated process group\n", group);
	return 0;
}

static int
update_added(struct ctl *ctl, const char *group)
{
	if (call_for(ctl, "addProcessGroup", group) == -1)
		return -1;
	printf("%s: added process group\n", group);
	return 0;
}

static int
would_remove(struct ctl *ctl, const char *group)
{
	(void)ctl;
	printf("%s: would be stopped and removed\n", group);
	return 0;
}

static int
would_change(struct ctl *ctl, const char *group)
{
	(void)ctl;
	printf("%s: would be stopped and updated\n", group);
	return 0;
}

static int
would_add(struct ctl *ctl, const char *group)
{
	(void)ctl;
	printf("%s: would be added\n", group);
	return 0;
}

/* What is done with each kind of difference. */
struct update_steps {
	int (*removed)(struct ctl *, const char *group);
	int (*changed)(struct ctl *, const char *group);
	int (*added)(struct ctl *, const char *group);
};

static const struct update_steps real_steps = {
	.removed = update_removed,
	.changed = update_changed,
	.added = update_added,
};

static const struct update_steps dry_steps = {
	.removed = would_remove,
	.changed = would_change,
	.added = would_add,
};

static int
for_each(struct ctl *ctl, int (*step)(struct ctl *, const char *),
    const struct strvec *groups)
{
	int result = 0;

	for (size_t i = 0; i < groups->len && result == 0; i++)
		result = step(ctl, groups->items[i]);
	return result;
}

static void
apply(struct ctl *ctl, const struct update_steps *steps,
    const struct reload_result *result)
{
	if (for_each(ctl, steps->removed, &result->removed) == 0 &&
	    for_each(ctl, steps->changed, &result->changed) == 0)
		for_each(ctl, steps->added, &result->added);
}

/* Leaves only what is in wanted. */
static void
keep_only(struct strvec *groups, const struct strvec *wanted)
{
	for (size_t i = groups->len; i-- > 0;) {
		if (strvec_find(wanted, groups->items[i]) == -1)
			strvec_remove(groups, i);
	}
}

static bool
is_active(const struct value *infos, const char *group)
{
	for (size_t i = 0; i < value_count(infos); i++) {
		struct process_info info;

		process_info_read(value_item(infos, i), &info);
		if (strcmp(info.group, group) == 0)
			return true;
	}
	return false;
}

/* Restricts the differences to the named groups and reports the names that
 * are none. */
static int
restrict_to(struct ctl *ctl, const struct strvec *wanted,
    struct reload_result *result)
{
	struct reply reply;

	if (ctl_need_value(ctl, "getAllProcessInfo", NULL, &reply) == -1)
		return -1;
	for (size_t i = 0; i < wanted->len; i++) {
		const char *name = wanted->items[i];

		if (strvec_find(wanted, name) == (int)i &&
		    strvec_find(&result->added, name) == -1 &&
		    !is_active(reply.value, name))
			ctl_fail(ctl, CTL_ERROR, "ERROR: no such group: %s",
			    name);
	}
	reply_done(&reply);
	keep_only(&result->added, wanted);
	keep_only(&result->changed, wanted);
	keep_only(&result->removed, wanted);
	return 0;
}

static void
run(struct ctl *ctl, bool dry, const struct strvec *wanted)
{
	static const char *const names[] = { "added", "changed", "removed" };
	struct reload_result result;

	if (reload_result_get(ctl, "already shutting down", &result) == -1)
		return;
	if (wanted->len > 0 && strvec_find(wanted, "all") == -1 &&
	    restrict_to(ctl, wanted, &result) == -1) {
		reload_result_done(&result);
		return;
	}
	if (ctl->json)
		reload_result_print_json(&result, names);
	else
		apply(ctl, dry ? &dry_steps : &real_steps, &result);
	reload_result_done(&result);
}

void
cmd_update(struct ctl *ctl, const struct command *self,
    const struct strvec *words)
{
	struct strvec wanted = STRVEC_INIT;
	int option;

	(void)self;
	strvec_copy(&wanted, words);
	option = strvec_find(&wanted, "--dry-run");
	if (option != -1)
		strvec_remove(&wanted, (size_t)option);
	if (ctl->json && option == -1)
		ctl_fail(ctl, CTL_ERROR,
		    "Error: update knows --format=json only with --dry-run");
	else
		run(ctl, option != -1, &wanted);
	strvec_done(&wanted);
}
