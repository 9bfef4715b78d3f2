/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "../process/world.h"
#include "base/xmalloc.h"
#include "supervisor/members.h"
#include "supervisor/reload.h"

static struct world world;
static struct members members;

static void
begin(void)
{
	world_begin(&world);
	members_init(&members, &world.env);
}

static void
end(void)
{
	members_done(&members);
	world_end(&world);
}

TestSuite(members, .init = begin, .fini = end);

/* A configuration of groups without processes: "name=priority,...". */
static struct config *
make_config(const char *const *names, const int *priorities, size_t count)
{
	struct config *config = xcalloc(1, sizeof(*config));

	config->groups = xcalloc(count, sizeof(*config->groups));
	config->group_count = count;
	for (size_t i = 0; i < count; i++) {
		config->groups[i].name = xstrdup(names[i]);
		config->groups[i].priority = priorities[i];
	}
	return config;
}

static void
assert_order(const char *want)
{
	struct strbuf got = STRBUF_INIT;

	for (size_t i = 0; i < members.count; i++)
		strbuf_addf(&got, "%s ",
		    group_config(members.active[i]->group)->name);
	cr_assert_str_eq(got.data, want);
	strbuf_done(&got);
}

Test(members, are_ordered_by_priority_then_creation)
{
	struct generation *generation = generation_create(
	    make_config((const char *const[]){ "b", "a", "c", "d" },
		(const int[]){ 5, 5, -1, 9 }, 4));

	for (size_t i = 0; i < 4; i++)
		cr_assert_not_null(members_add(&members, generation,
		    &generation->config->groups[i], NULL));
	assert_order("c b a d ");
	cr_assert_not_null(members_find(&members, "a"));
	cr_assert_null(members_find(&members, "x"));
	strbuf_clear(&world.trace);
	members_remove(&members, members_find(&members, "b"));
	world_expect(&world, "* PROCESS_GROUP_REMOVED groupname:b\n\n");
	assert_order("c a d ");
	cr_assert_null(members_find(&members, "b"));
	world_turn(&world);
	generation_drop(generation);
}

Test(members, a_configuration_lives_as_long_as_its_last_group)
{
	struct generation *generation = generation_create(
	    make_config((const char *const[]){ "a" }, (const int[]){ 1 }, 1));
	struct member *member = members_add(&members, generation,
	    &generation->config->groups[0], NULL);

	generation_drop(generation);
	cr_assert_str_eq(group_config(member->group)->name, "a");
	members_remove(&members, member);
	world_turn(&world);
}

Test(members, a_reload_names_what_differs)
{
	struct generation *generation = generation_create(
	    make_config((const char *const[]){ "same", "other", "gone" },
		(const int[]){ 1, 2, 3 }, 3));
	struct config *config =
	    make_config((const char *const[]){ "new", "same", "other" },
		(const int[]){ 0, 1, 7 }, 3);
	struct reload_result result = { 0 };

	for (size_t i = 0; i < 3; i++)
		members_add(&members, generation,
		    &generation->config->groups[i], NULL);
	generation_drop(generation);
	reload_compare(&members, config, &result);
	cr_assert_eq(result.added.len, 1);
	cr_assert_str_eq(result.added.items[0], "new");
	cr_assert_eq(result.changed.len, 1);
	cr_assert_str_eq(result.changed.items[0], "other");
	cr_assert_eq(result.removed.len, 1);
	cr_assert_str_eq(result.removed.items[0], "gone");
	reload_result_done(&result);
	config_free(config);
}
