/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "preflight/fix/fix_plan.h"

static gid_t worker_groups[] = { 33 };
static gid_t app_groups[] = { 1000 };
static const struct cred worker = { 33, 33, worker_groups, 1 };
static const struct cred app = { 1000, 1000, app_groups, 1 };
static const struct fix_scene scene = {
	.worker = &worker,
	.worker_user = "www",
	.worker_group = "www",
	.app = &app,
	.app_user = "app",
	.app_group = "app",
	.program = "web",
};

static struct answer
closed(const char *path, mode_t mode)
{
	struct answer answer = {
		.verdict = ANSWER_NO,
		.why = WHY_SEARCH,
		.blocker = (char *)path,
		.facts = { .mode = mode, .uid = 1000, .gid = 1000 },
	};

	access_explain(&worker, &answer.facts, ACCESS_SEARCH,
	    &answer.explained);
	return answer;
}

static const struct fix *
find(const struct finding *finding, const char *id)
{
	for (size_t i = 0; i < finding->fix_count; i++) {
		if (strcmp(finding->fixes[i].id, id) == 0)
			return &finding->fixes[i];
	}
	return NULL;
}

static void
expect_command(const struct fix *fix, size_t index, const char *wanted)
{
	char *line;

	cr_assert_not_null(fix);
	cr_assert_lt(index, fix->command_count);
	line = strvec_join(&fix->commands[index].words, " ");
	cr_expect_str_eq(line, wanted);
	free(line);
}

Test(fix_plan, the_smallest_right_comes_first)
{
	struct finding *finding = finding_create(PF101, "/h");
	struct answer obstacles[] = { closed("/h", S_IFDIR | 0750),
		closed("/h/s", S_IFDIR | 0700) };

	fix_plan_access(finding, &scene, obstacles, 2);
	cr_expect_str_eq(finding->fixes[0].id, "acl-traverse");
	expect_command(&finding->fixes[0], 0,
	    "runuser -u app -- setfacl -m u:www:--x -- /h");
	expect_command(&finding->fixes[0], 1,
	    "runuser -u app -- setfacl -m u:www:--x -- /h/s");
	expect_command(find(finding, "other-traverse"), 0,
	    "runuser -u app -- chmod o+x -- /h");
	finding_free(finding);
}

Test(fix_plan, membership_is_shown_with_its_price_where_it_would_help)
{
	struct finding *finding = finding_create(PF101, "/h");
	struct answer one = closed("/h", S_IFDIR | 0750);
	const struct fix *seed;

	fix_plan_access(finding, &scene, &one, 1);
	seed = find(finding, "seed-membership");
	cr_assert_not_null(seed);
	cr_expect_not(seed->advised);
	cr_expect(seed->reload);
	cr_expect_not_null(seed->price);
	finding_free(finding);
	/* 0700: the group may do nothing either. */
	finding = finding_create(PF101, "/h");
	one = closed("/h", S_IFDIR | 0700);
	fix_plan_access(finding, &scene, &one, 1);
	cr_expect_null(find(finding, "seed-membership"));
	finding_free(finding);
}

Test(fix_plan, what_does_not_help_in_the_model_is_not_offered)
{
	struct finding *finding = finding_create(PF101, "/h");
	struct answer one = closed("/h", S_IFDIR | 0750);

	one.unexplained = true; /* FUSE, a security module */
	fix_plan_access(finding, &scene, &one, 1);
	cr_expect_null(find(finding, "acl-traverse"));
	cr_expect_null(find(finding, "other-traverse"));
	cr_expect_null(find(finding, "seed-membership"));
	finding_free(finding);
	/* The worker owns it: the owner bits decide, an entry would not. */
	finding = finding_create(PF110, "/h");
	one = closed("/h", S_IFDIR | 0077);
	one.facts.uid = 33;
	fix_plan_access(finding, &scene, &one, 1);
	cr_expect_null(find(finding, "acl-traverse"));
	finding_free(finding);
}

/* A directory with an entry g:50:rwx, of which the mask is this. */
static struct answer
masked(mode_t mode, unsigned mask)
{
	struct answer one = closed("/h", mode);

	one.facts.acl = (struct acl){ .count = 5,
		.entries = { { ACL_TAG_USER_OBJ, 7, 0 },
		    { ACL_TAG_GROUP_OBJ, 5, 0 }, { ACL_TAG_GROUP, 7, 50 },
		    { ACL_TAG_MASK, (uint16_t)mask, 0 },
		    { ACL_TAG_OTHER, 0, 0 } } };
	return one;
}

Test(fix_plan, a_mask_goes_on_holding_back_what_it_held_back)
{
	struct finding *finding = finding_create(PF101, "/h");
	struct answer one = masked(S_IFDIR | 0750, 5);

	fix_plan_access(finding, &scene, &one, 1);
	expect_command(find(finding, "acl-traverse"), 0,
	    "runuser -u app -- setfacl -m u:www:--x,m::r-x -- /h");
	cr_expect_eq(finding->fixes[0].also_gains.len, 0);
	finding_free(finding);
}

Test(fix_plan, tells_whom_a_wider_mask_helps_too)
{
	struct finding *finding = finding_create(PF101, "/h");
	struct answer one = masked(S_IFDIR | 0700, 0);
	const struct fix *fix;

	fix_plan_access(finding, &scene, &one, 1);
	fix = find(finding, "acl-traverse");
	cr_assert_not_null(fix);
	expect_command(fix, 0,
	    "runuser -u app -- setfacl -m u:www:--x,m::--x -- /h");
	cr_assert_eq(fix->also_gains.len, 2);
	cr_expect_not_null(strstr(fix->also_gains.items[0], " gets --x on /h"));
	cr_expect_not_null(strstr(fix->also_gains.items[1], " gets --x on /h"));
	cr_expect_not_null(fix->price);
	finding_free(finding);
}

Test(fix_plan, without_acls_the_group_is_changed)
{
	struct finding *finding = finding_create(PF101, "/h");
	struct answer one = closed("/h", S_IFDIR | 0700);

	one.facts.no_acl = true;
	fix_plan_access(finding, &scene, &one, 1);
	cr_expect_null(find(finding, "acl-traverse"));
	expect_command(find(finding, "group-traverse"), 0,
	    "runuser -u app -g www -- chgrp -- www /h");
	expect_command(find(finding, "group-traverse"), 1,
	    "runuser -u app -g www -- chmod -- g+x /h");
	finding_free(finding);
}

Test(fix_plan, a_private_socket_directory_is_given_to_the_worker)
{
	struct finding *finding = finding_create(PF205, "/run/web/s");
	struct facts dir = { .mode = S_IFDIR | 0755, .uid = 1000, .gid = 1000 };
	struct fix_socket wanted = {
		.path = "/run/web/s",
		.dir = &dir,
		.server = "gunicorn",
		.creation = { .creator = &app,
		    .mode = 0777,
		    .umask = 022,
		    .chown_uid = PREDICT_KEEP,
		    .chown_gid = PREDICT_KEEP,
		    .chmod = PREDICT_KEEP },
	};
	const struct fix *fix;

	fix_plan_socket(finding, &scene, &wanted);
	fix = find(finding, "socket-dir");
	expect_command(fix, 0,
	    "runuser -u app -g www -- chgrp -- www /run/web");
	expect_command(fix, 1,
	    "runuser -u app -g www -- chmod -- 2710 /run/web");
	cr_expect_str_eq(fix->text, "start it with: gunicorn -m 007");
	finding_free(finding);
	/* Not in a directory that is everybody's. */
	finding = finding_create(PF205, "/tmp/s");
	dir.mode = S_IFDIR | 01777;
	dir.uid = 0;
	wanted.path = "/tmp/s";
	fix_plan_socket(finding, &scene, &wanted);
	cr_expect_null(find(finding, "socket-dir"));
	cr_expect_not_null(find(finding, "runtime-dir"));
	finding_free(finding);
}
