/* SPDX-License-Identifier: ISC */
/*
 * Trees by permission class (contract P4.5; docs/preflight-cases.md, T22, T24, T31, T32, T123,
 * T124).
 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "preflight/probe/tree.h"
#include "preflight/scene.h"

static struct scene scene;
static struct cred app = { APP, APP, NULL, 0 };
static struct identity worker;

static void
begin(void)
{
	struct cred cred = { WORKER, WORKER, NULL, 0 };

	scene_begin(&scene);
	scene_dir(&scene, "media", 0755, APP, APP);
	identity_computed(&cred, &worker);
}

static void
end(void)
{
	identity_done(&worker);
	scene_end(&scene);
}

TestSuite(tree, .init = begin, .fini = end);

static struct tree_result
sample_with(struct tree_budget budget)
{
	struct tree_options options = { .worker = &worker,
		.app = &app,
		.path = scene_path(&scene, "media"),
		.budget = budget };
	struct tree_result result;
	char *cause = NULL;

	cr_assert(tree_sample(&options, &result, &cause) == 0, "%s", cause);
	return result;
}

static struct tree_result
sample(void)
{
	return sample_with(tree_budget_start);
}

static void
files(const char *prefix, int count, mode_t mode)
{
	char name[64];

	for (int i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "media/%s%d", prefix, i);
		scene_file(&scene, name, mode, APP, APP);
	}
}

Test(tree, all_readable)
{
	struct tree_result result;

	files("f", 20, 0644);
	scene_dir(&scene, "media/sub", 0755, APP, APP);
	scene_file(&scene, "media/sub/x", 0644, APP, APP);
	result = sample();
	cr_assert_eq(result.root.verdict, ANSWER_YES);
	cr_assert(result.complete);
	cr_assert_eq(result.files, 21);
	cr_assert_eq(result.dirs, 1);
	cr_assert_eq(result.refused_total, 0);
	/* One class of files, one of directories. */
	cr_assert_eq(result.class_count, 2);
	tree_result_done(&result);
}

Test(tree, t24_one_of_500)
{
	struct tree_result result;
	const struct tree_class *class = NULL;

	files("f", 499, 0644);
	scene_file(&scene, "media/big.mp4", 0600, APP, APP);
	result = sample();
	cr_assert_eq(result.files, 500);
	cr_assert_eq(result.refused_total, 1);
	cr_assert_str_eq(scene_said(&scene, &result.refused[0].answer),
	    "NO READ /media/big.mp4");
	for (size_t i = 0; i < result.class_count; i++) {
		if (result.classes[i].refused > 0)
			class = &result.classes[i];
	}
	cr_assert_not_null(class);
	cr_assert_eq(class->members, 1);
	cr_assert_eq(class->facts.mode & 07777, 0600);
	cr_assert_str_eq(class->example, scene_path(&scene, "media/big.mp4"));
	tree_result_done(&result);
}

Test(tree, closed_directory_is_one_refusal)
{
	struct tree_result result;
	char name[64];

	scene_dir(&scene, "media/private", 0700, APP, APP);
	for (int i = 0; i < 30; i++) {
		snprintf(name, sizeof(name), "media/private/f%d", i);
		scene_file(&scene, name, 0644, APP, APP);
	}
	result = sample();
	cr_assert_eq(result.refused_total, 1);
	cr_assert_str_eq(scene_said(&scene, &result.refused[0].answer),
	    "NO SEARCH /media/private");
	cr_assert_eq(result.refused[0].behind, 30);
	tree_result_done(&result);
}

Test(tree, behind_a_closed_home)
{
	struct tree_result result;

	files("f", 10, 0644);
	scene_chmod(&scene, "media", 0700);
	result = sample();
	cr_assert_eq(result.root.verdict, ANSWER_NO);
	cr_assert_eq(result.files, 10, "the app lists its own tree");
	cr_assert_eq(result.refused_total, 1);
	cr_assert_eq(result.refused[0].behind, 10);
	tree_result_done(&result);
}

Test(tree, missing)
{
	struct tree_options options = { .worker = &worker,
		.app = &app,
		.path = scene_path(&scene, "none"),
		.budget = tree_budget_start };
	struct tree_result result;

	cr_assert(tree_sample(&options, &result, NULL) == 0);
	cr_assert_eq(result.root.why, WHY_MISSING);
	cr_assert_not(result.complete);
	tree_result_done(&result);
}

Test(tree, odd_entries)
{
	struct tree_result result;
	bool fifo = false, dangling = false, control = false;

	files("f", 300, 0644);
	cr_assert(mkfifo(scene_path(&scene, "media/pipe"), 0644) == 0);
	scene_link(&scene, "media/gone", "nowhere");
	scene_link(&scene, "media/dir", "sub");
	scene_dir(&scene, "media/sub", 0755, APP, APP);
	scene_file(&scene, "media/a\nb\xff", 0600, APP, APP);
	result = sample();
	for (size_t i = 0; i < result.refused_count; i++) {
		const char *said =
		    scene_said(&scene, &result.refused[i].answer);

		fifo |= strcmp(said, "NO NOT_REGULAR /media/pipe") == 0;
		dangling |= strcmp(said, "NO DANGLING /media/gone") == 0;
		control |= strcmp(said, "NO READ /media/a\nb\xff") == 0;
	}
	cr_assert(fifo && dangling && control);
	cr_assert_eq(result.refused_total, 3);
	tree_result_done(&result);
}

Test(tree, links_that_leave)
{
	struct tree_result result;

	scene_dir(&scene, "media/sub", 0755, APP, APP);
	scene_file(&scene, "media/sub/x", 0644, APP, APP);
	scene_link(&scene, "media/in", "sub/../sub/x");
	scene_link(&scene, "media/sub/up", "../in");
	scene_link(&scene, "media/abs", scene_path(&scene, "media/sub"));
	scene_link(&scene, "media/out", "../../etc/passwd");
	scene_link(&scene, "media/sub/etc", "/etc");
	result = sample();
	cr_assert_eq(result.links, 5);
	cr_assert_eq(result.leaving_count, 2);
	for (size_t i = 0; i < 2; i++)
		cr_assert(strcmp(result.leaving[i].target, "/etc") == 0 ||
		    strcmp(result.leaving[i].target, "../../etc/passwd") == 0);
	tree_result_done(&result);
}

Test(tree, acls_make_classes)
{
	struct tree_result result;
	int classes = 0;

	files("f", 10, 0640);
	scene_acl(&scene, "media", "u:61002:rx", 1);
	scene_acl(&scene, "media/f3", "u:61002:r", 0);
	result = sample();
	/* The same mode bits, but one of them may be read. */
	for (size_t i = 0; i < result.class_count; i++) {
		const struct tree_class *class = &result.classes[i];

		if (!S_ISREG(class->facts.mode))
			continue;
		classes++;
		cr_assert_eq(class->refused == 0, class->facts.acl.count > 0);
	}
	cr_assert_eq(classes, 2);
	tree_result_done(&result);
}

Test(tree, writable_is_seen)
{
	struct tree_result result;
	bool writable = false;

	scene_file(&scene, "media/open", 0666, APP, APP);
	scene_file(&scene, "media/shut", 0644, APP, APP);
	result = sample();
	for (size_t i = 0; i < result.class_count; i++)
		writable |= result.classes[i].writable &&
		    (result.classes[i].facts.mode & 0777) == 0666;
	cr_assert(writable);
	tree_result_done(&result);
}

Test(tree, t124_a_huge_directory_does_not_eat_the_budget)
{
	struct tree_budget budget = { 2000, 50, 10000, 0 };
	struct tree_result result;
	char name[64];

	files("f", 5000, 0644);
	for (int i = 0; i < 5; i++) {
		snprintf(name, sizeof(name), "media/d%d", i);
		scene_dir(&scene, name, 0755, APP, APP);
	}
	result = sample_with(budget);
	cr_assert_not(result.complete);
	cr_assert_leq(result.files + result.dirs, 2000);
	tree_result_done(&result);
}

Test(tree, first_round_reaches_other_directories)
{
	struct tree_budget budget = { 700, 50, 10000, 0 };
	struct tree_result result;

	scene_dir(&scene, "media/a", 0755, APP, APP);
	files("a/f", 1000, 0644);
	scene_dir(&scene, "media/b", 0755, APP, APP);
	files("b/f", 1000, 0600);
	result = sample_with(budget);
	/* 256 of each at least. */
	cr_assert_geq(result.refused_total, 1);
	cr_assert_geq(result.class_count, 3);
	tree_result_done(&result);
}

/* Of a directory that is too large for the budget a sample of all its names is
 * looked at, not those that happen to come first, and in each run the same. */
Test(tree, a_sample_of_a_large_directory)
{
	struct tree_budget budget = { 256, 50, 10000, 0 };
	struct tree_result first, second;
	const struct dirent *entry;
	int closed = 0;
	DIR *dir;

	files("f", 3000, 0644);
	dir = opendir(scene_path(&scene, "media"));
	cr_assert_not_null(dir);
	while (closed < 1500 && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] != '.' &&
		    fchmodat(dirfd(dir), entry->d_name, 0600, 0) == 0)
			closed++;
	}
	closedir(dir);
	first = sample_with(budget);
	second = sample_with(budget);
	cr_assert_not(first.complete);
	cr_assert_eq(first.files, 256);
	cr_assert_eq(first.estimate, 3000);
	cr_assert_eq(first.class_count, 3);
	for (size_t i = 0; i < 3; i++) {
		cr_assert_geq(first.classes[i].members, i == 0 ? 0 : 80);
		cr_assert_eq(first.classes[i].members,
		    second.classes[i].members);
	}
	tree_result_done(&first);
	tree_result_done(&second);
}

/* All of it is seen once, whatever the rounds. */
Test(tree, every_entry_of_a_large_directory_once)
{
	struct tree_result result;

	files("f", 3000, 0644);
	scene_dir(&scene, "media/sub", 0755, APP, APP);
	scene_file(&scene, "media/sub/x", 0600, APP, APP);
	result = sample_with((struct tree_budget){ 20000, 50, 20000, 0 });
	cr_assert(result.complete);
	cr_assert_eq(result.files, 3001);
	cr_assert_eq(result.dirs, 1);
	cr_assert_eq(result.refused_total, 1);
	tree_result_done(&result);
}

Test(tree, mounts_are_not_entered)
{
	struct tree_result result;

	scene_dir(&scene, "media/m", 0755, APP, APP);
	if (unshare(CLONE_NEWNS) == -1)
		cr_skip_test("no mount namespace: %s", strerror(errno));
	cr_assert(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	cr_assert(mount("tmpfs", scene_path(&scene, "media/m"), "tmpfs", 0,
		      "mode=0700") == 0);
	result = sample();
	cr_assert_eq(result.mount_count, 1);
	cr_assert_str_eq(result.mounts[0], scene_path(&scene, "media/m"));
	cr_assert_eq(result.refused_total, 0);
	umount(scene_path(&scene, "media/m"));
	tree_result_done(&result);
}

static bool
only_css(const char *relative, const void *arg)
{
	size_t len = strlen(relative);

	(void)arg;
	return len > 4 && strcmp(relative + len - 4, ".css") == 0;
}

Test(tree, only_what_can_be_asked_for)
{
	struct tree_options options = { .worker = &worker,
		.app = &app,
		.path = scene_path(&scene, "media"),
		.budget = tree_budget_start,
		.wanted = only_css };
	struct tree_result result;

	scene_file(&scene, "media/a.css", 0644, APP, APP);
	scene_file(&scene, "media/a.py", 0600, APP, APP);
	cr_assert(tree_sample(&options, &result, NULL) == 0);
	cr_assert_eq(result.files, 2);
	cr_assert_eq(result.refused_total, 0);
	tree_result_done(&result);
}

/* More directories and refusals than one child may report. */
Test(tree, thousands_of_refusals)
{
	struct tree_result result;
	char name[64];

	for (int i = 0; i < 4000; i++) {
		snprintf(name, sizeof(name), "media/d%d", i);
		scene_dir(&scene, name, 0700, APP, APP);
	}
	result = sample_with((struct tree_budget){ 20000, 400, 20000, 0 });
	cr_assert(result.complete);
	cr_assert_eq(result.refused_total, 4000);
	cr_assert_eq(result.refused_count, 64);
	tree_result_done(&result);
}

/* By arithmetic: this process may not become the worker. */
Test(tree, inferred)
{
	struct tree_result result;
	char name[64];

	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "media/f%d", i);
		scene_file(&scene, name, 0600, APP, APP);
		snprintf(name, sizeof(name), "media/d%d", i);
		scene_dir(&scene, name, 0755, APP, APP);
	}
	scene_become(STRANGER);
	result = sample();
	cr_assert_eq(result.root.verdict, ANSWER_YES);
	cr_assert(result.root.inferred);
	cr_assert_gt(result.refused_total, 0);
	cr_assert_eq(result.refused[0].answer.why, WHY_READ);
	tree_result_done(&result);
}
