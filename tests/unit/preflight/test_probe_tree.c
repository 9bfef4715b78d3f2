/* SPDX-License-Identifier: ISC */
/*
 * Static files and directories, asked by a child that is the worker: the
 * primitive verdicts behind cases T01 to T32 (docs/preflight-cases.md).
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "preflight/scene.h"

static struct scene scene;

static void
begin(void)
{
	scene_begin(&scene);
	scene_dir(&scene, "home", 0755, APP, APP);
	scene_dir(&scene, "home/site", 0755, APP, APP);
	scene_dir(&scene, "home/site/static", 0755, APP, APP);
	scene_file(&scene, "home/site/static/a.css", 0644, APP, APP);
}

static void
end(void)
{
	scene_end(&scene);
}

TestSuite(probe_tree, .init = begin, .fini = end);

static void
says(enum ask what, const char *name, const char *expected)
{
	struct answer answer = scene_ask(WORKER, 0, what, &scene, name);

	cr_expect_str_eq(scene_said(&scene, &answer), expected, "%s: %s", name,
	    scene_said(&scene, &answer));
	answer_done(&answer);
}

static struct answer
answer_to(enum ask what, const char *name)
{
	return scene_ask(WORKER, 0, what, &scene, name);
}

#define CSS "home/site/static/a.css"

Test(probe_tree, open_tree)
{
	says(ASK_READ_FILE, CSS, "YES");
	says(ASK_ENTER, "home/site/static", "YES");
	says(ASK_LIST_DIR, "home/site/static", "YES");
	says(ASK_STAT, CSS, "YES");
}

Test(probe_tree, t01_home_0700)
{
	struct answer answer;

	scene_chmod(&scene, "home", 0700);
	says(ASK_READ_FILE, CSS, "NO SEARCH /home");
	says(ASK_ENTER, "home", "NO SEARCH /home");
	answer = answer_to(ASK_READ_FILE, CSS);
	cr_assert_eq(answer.error, EACCES);
	cr_assert_eq(answer.facts.mode & 07777, 0700);
	cr_assert_eq(answer.facts.uid, APP);
	cr_assert_not(answer.on_target);
	cr_assert(answer.explained.known && !answer.explained.granted);
	cr_assert_eq(answer.explained.class, ACCESS_CLASS_OTHER);
	cr_assert_not(answer.unexplained);
	answer_done(&answer);
	answer = answer_to(ASK_ENTER, "home");
	cr_assert(answer.on_target);
	answer_done(&answer);
}

Test(probe_tree, t02_home_0750)
{
	scene_chmod(&scene, "home", 0750);
	says(ASK_READ_FILE, CSS, "NO SEARCH /home");
}

Test(probe_tree, t03_home_0711)
{
	scene_chmod(&scene, "home", 0711);
	says(ASK_READ_FILE, CSS, "YES");
}

Test(probe_tree, t04_middle_directory)
{
	scene_chmod(&scene, "home/site", 0700);
	says(ASK_READ_FILE, CSS, "NO SEARCH /home/site");
}

Test(probe_tree, t05_r_without_x)
{
	scene_chmod(&scene, "home", 0744);
	says(ASK_READ_FILE, CSS, "NO SEARCH /home");
	says(ASK_ENTER, "home", "NO SEARCH /home");
}

Test(probe_tree, t06_file_0600)
{
	struct answer answer;

	scene_chmod(&scene, CSS, 0600);
	says(ASK_READ_FILE, CSS, "NO READ /" CSS);
	says(ASK_STAT, CSS, "YES");
	answer = answer_to(ASK_READ_FILE, CSS);
	cr_assert(answer.on_target);
	cr_assert_eq(answer.explained.need, ACCESS_READ);
	answer_done(&answer);
}

Test(probe_tree, t06_by_faccessat)
{
	struct question question = {
		.what = ASK_READ_FILE,
		.path = scene_path(&scene, CSS),
		.stat_only = true,
	};
	struct answer answer = scene_ask_question(WORKER, 0, &question);

	cr_assert_str_eq(scene_said(&scene, &answer), "YES");
	answer_done(&answer);
	scene_chmod(&scene, CSS, 0600);
	answer = scene_ask_question(WORKER, 0, &question);
	cr_assert_str_eq(scene_said(&scene, &answer), "NO READ /" CSS);
	answer_done(&answer);
}

Test(probe_tree, t07_list_0711)
{
	scene_chmod(&scene, "home/site/static", 0711);
	says(ASK_LIST_DIR, "home/site/static", "NO LIST /home/site/static");
	says(ASK_ENTER, "home/site/static", "YES");
}

Test(probe_tree, t10_missing)
{
	struct answer answer;

	says(ASK_ENTER, "home/nothing/here", "NO MISSING /home/nothing");
	answer = answer_to(ASK_ENTER, "home/nothing");
	cr_assert(answer.on_target);
	cr_assert_eq(answer.error, ENOENT);
	answer_done(&answer);
}

Test(probe_tree, t11_missing_behind_closed)
{
	scene_chmod(&scene, "home", 0700);
	says(ASK_READ_FILE, "home/site/static/none.css", "NO SEARCH /home");
}

Test(probe_tree, t15_membership_takes_access_away)
{
	struct answer answer;

	scene_chmod(&scene, "home", 0701);
	says(ASK_READ_FILE, CSS, "YES");
	answer = scene_ask(WORKER, APP, ASK_READ_FILE, &scene, CSS);
	cr_assert_str_eq(scene_said(&scene, &answer), "NO SEARCH /home");
	cr_assert(answer.explained.shadowed);
	cr_assert_eq(answer.explained.class, ACCESS_CLASS_GROUP);
	answer_done(&answer);
}

Test(probe_tree, t16_file_0604_in_group)
{
	struct answer answer;

	scene_chmod(&scene, CSS, 0604);
	answer = scene_ask(WORKER, APP, ASK_READ_FILE, &scene, CSS);
	cr_assert_str_eq(scene_said(&scene, &answer), "NO READ /" CSS);
	cr_assert(answer.explained.shadowed);
	answer_done(&answer);
}

Test(probe_tree, t17_owned_by_worker_0044)
{
	struct answer answer;

	scene_chown(&scene, CSS, WORKER, WORKER);
	scene_chmod(&scene, CSS, 0044);
	answer = answer_to(ASK_READ_FILE, CSS);
	cr_assert_str_eq(scene_said(&scene, &answer), "NO READ /" CSS);
	cr_assert(answer.explained.shadowed);
	cr_assert_eq(answer.explained.class, ACCESS_CLASS_OWNER);
	answer_done(&answer);
}

Test(probe_tree, t18_acl_on_0700_home)
{
	scene_chmod(&scene, "home", 0700);
	scene_acl(&scene, "home", "u:61002:x", 0);
	says(ASK_READ_FILE, CSS, "YES");
}

Test(probe_tree, t19_chmod_after_the_acl)
{
	struct answer answer;

	scene_acl(&scene, "home", "u:61002:x", 0);
	scene_chmod(&scene, "home", 0700);
	answer = answer_to(ASK_READ_FILE, CSS);
	cr_assert_str_eq(scene_said(&scene, &answer), "NO SEARCH /home");
	cr_assert(answer.explained.acl_skipped);
	answer_done(&answer);
	scene_chmod(&scene, "home", 0740);
	answer = answer_to(ASK_READ_FILE, CSS);
	cr_assert(answer.explained.cut_by_mask);
	cr_assert_eq(answer.explained.mask, ACCESS_READ);
	answer_done(&answer);
}

Test(probe_tree, t20_t21_denying_entries)
{
	struct answer answer;

	scene_acl(&scene, "home", "u:61002:---", 0);
	answer = answer_to(ASK_READ_FILE, CSS);
	cr_assert_str_eq(scene_said(&scene, &answer), "NO SEARCH /home");
	cr_assert_eq(answer.explained.class, ACCESS_CLASS_NAMED_USER);
	cr_assert_not(answer.explained.shadowed);
	answer_done(&answer);
	scene_acl(&scene, "home", "u:61002:---,g:61010:rwx", 0);
	answer = scene_ask(WORKER, SHARED_GROUP, ASK_READ_FILE, &scene, CSS);
	cr_assert_str_eq(scene_said(&scene, &answer), "NO SEARCH /home");
	answer_done(&answer);
}

Test(probe_tree, t22_default_acl_and_a_moved_file)
{
	scene_acl(&scene, "home/site/static", "u:61002:rx", 1);
	scene_file(&scene, "tmp", 0600, APP, APP);
	cr_assert(rename(scene_path(&scene, "tmp"),
		      scene_path(&scene, "home/site/static/up")) == 0);
	says(ASK_READ_FILE, "home/site/static/up",
	    "NO READ /home/site/static/up");
}

Test(probe_tree, t23_mkstemp_in_default_acl)
{
	struct answer answer;
	int fd;

	scene_acl(&scene, "home/site/static", "u:61002:rx", 1);
	fd = open(scene_path(&scene, "home/site/static/up"),
	    O_WRONLY | O_CREAT | O_EXCL, 0600);
	cr_assert(fd != -1);
	close(fd);
	answer = answer_to(ASK_READ_FILE, "home/site/static/up");
	cr_assert_str_eq(scene_said(&scene, &answer),
	    "NO READ /home/site/static/up");
	cr_assert(answer.explained.has_acl && answer.explained.acl_skipped);
	answer_done(&answer);
}

Test(probe_tree, t25_link_into_a_private_directory)
{
	struct answer answer;

	scene_dir(&scene, "private", 0700, APP, APP);
	scene_file(&scene, "private/x", 0644, APP, APP);
	scene_link(&scene, "home/site/static/x", "../../../private/x");
	answer = answer_to(ASK_READ_FILE, "home/site/static/x");
	cr_assert_str_eq(scene_said(&scene, &answer), "NO SEARCH /private");
	cr_assert(answer.through_link);
	answer_done(&answer);
}

Test(probe_tree, t26_dangling)
{
	scene_link(&scene, "home/current", "releases/1");
	says(ASK_READ_FILE, "home/current/static/a.css",
	    "NO DANGLING /home/current");
	scene_link(&scene, "home/first", "current");
	says(ASK_ENTER, "home/first", "NO DANGLING /home/first");
}

Test(probe_tree, t27_loop)
{
	scene_link(&scene, "home/a", "b");
	scene_link(&scene, "home/b", "a");
	says(ASK_READ_FILE, "home/a", "NO LOOP /home/a");
}

static void
says_about_links(enum link_policy links, const char *name, const char *expected)
{
	struct question question = {
		.what = ASK_READ_FILE,
		.path = scene_path(&scene, name),
		.links = links,
		/* nginx: from=$document_root */
		.links_from = strlen(scene.root),
	};
	struct answer answer = scene_ask_question(WORKER, 0, &question);

	cr_expect_str_eq(scene_said(&scene, &answer), expected, "%s: %s", name,
	    scene_said(&scene, &answer));
	answer_done(&answer);
}

Test(probe_tree, t28_t29_disable_symlinks)
{
	scene_link(&scene, "current", "home/site");
	scene_link(&scene, "file", CSS);
	says_about_links(LINKS_FOLLOW, "current/static/a.css", "YES");
	says_about_links(LINKS_REFUSE, "current/static/a.css",
	    "NO LINK_REFUSED /current");
	says_about_links(LINKS_REFUSE, "file", "NO LINK_REFUSED /file");
	says_about_links(LINKS_REFUSE, CSS, "YES");
	says_about_links(LINKS_SAME_OWNER, "current/static/a.css", "YES");
	scene_chown(&scene, "current", 0, 0);
	says_about_links(LINKS_SAME_OWNER, "current/static/a.css",
	    "NO LINK_REFUSED /current");
}

Test(probe_tree, links_in_the_allowed_part)
{
	struct question question = { .what = ASK_READ_FILE,
		.links = LINKS_REFUSE };
	struct answer answer;

	scene_link(&scene, "current", "home/site");
	question.path = scene_path(&scene, "current/static/a.css");
	question.links_from = strlen(scene_path(&scene, "current"));
	answer = scene_ask_question(WORKER, 0, &question);
	cr_assert_str_eq(scene_said(&scene, &answer), "YES");
	answer_done(&answer);
}

Test(probe_tree, t31_fifo_wakes_nobody)
{
	struct answer answer;

	cr_assert(mkfifo(scene_path(&scene, "home/pipe"), 0666) == 0);
	answer = answer_to(ASK_READ_FILE, "home/pipe");
	cr_assert_str_eq(scene_said(&scene, &answer),
	    "NO NOT_REGULAR /home/pipe");
	cr_assert(S_ISFIFO(answer.facts.mode));
	answer_done(&answer);
	/* Nobody has it open for reading. */
	cr_assert_eq(open(scene_path(&scene, "home/pipe"),
			 O_WRONLY | O_NONBLOCK),
	    -1);
	cr_assert_eq(errno, ENXIO);
}

Test(probe_tree, t32_socket_in_the_tree)
{
	int fd = scene_socket(&scene, "home/sock", SOCK_STREAM, 1);
	struct answer answer = answer_to(ASK_READ_FILE, "home/sock");

	cr_assert_str_eq(scene_said(&scene, &answer),
	    "NO NOT_REGULAR /home/sock");
	cr_assert(S_ISSOCK(answer.facts.mode));
	answer_done(&answer);
	close(fd);
}

Test(probe_tree, other_types)
{
	says(ASK_READ_FILE, "home", "NO IS_DIRECTORY /home");
	says(ASK_ENTER, CSS, "NO NOT_DIRECTORY /" CSS);
	says(ASK_READ_FILE, CSS "/x", "NO NOT_DIRECTORY /" CSS);
	says(ASK_ENTER, "home/site/static/", "YES");
	says(ASK_ENTER, "home/../home/./site//static", "YES");
}

Test(probe_tree, t123_any_bytes_in_names)
{
	const char *name = "home/a\nb\033[31m\xff\xfe";

	scene_file(&scene, name, 0600, APP, APP);
	says(ASK_READ_FILE, name, "NO READ /home/a\nb\033[31m\xff\xfe");
}

Test(probe_tree, too_long)
{
	static char name[300];

	memset(name, 'n', sizeof(name) - 1);
	says(ASK_READ_FILE, name, "NO TOO_LONG /");
}

Test(probe_tree, writing)
{
	scene_dir(&scene, "tmp", 0700, WORKER, WORKER);
	says(ASK_WRITE_DIR, "tmp", "YES");
	says(ASK_WRITE_DIR, "tmp/1/2", "YES");
	says(ASK_WRITE_DIR, "home", "NO WRITE /home");
	says(ASK_WRITE_DIR, "home/missing/deep", "NO WRITE /home");
	scene_chmod(&scene, "home", 0700);
	says(ASK_WRITE_DIR, "home/site", "NO SEARCH /home");
	scene_file(&scene, "tmp/log", 0644, APP, APP);
	says(ASK_WRITE_FILE, "tmp/log", "NO WRITE /tmp/log");
	says(ASK_WRITE_FILE, "tmp/new", "YES");
	cr_assert_eq(access(scene_path(&scene, "tmp/new"), F_OK), -1);
	says(ASK_WRITE_FILE, "tmp/none/new", "NO MISSING /tmp/none");
}

Test(probe_tree, executing)
{
	scene_file(&scene, "run", 0644, APP, APP);
	says(ASK_EXECUTE, "run", "NO EXECUTE_DENIED /run");
	scene_chmod(&scene, "run", 0755);
	says(ASK_EXECUTE, "run", "YES");
}

Test(probe_tree, many_questions_in_one_child)
{
	struct cred cred = { WORKER, WORKER, NULL, 0 };
	struct probe_as as = { .cred = &cred, .proc_fd = -1, .umask = -1 };
	struct question questions[200];
	struct answer answers[200];

	scene_file(&scene, "closed", 0600, APP, APP);
	for (int i = 0; i < 200; i++)
		questions[i] = (struct question){ .what = ASK_READ_FILE,
			.path = i % 2 ? "/etc/passwd"
				      : scene_path(&scene, "closed") };
	cr_assert(probe_ask(&as, questions, 200, answers, NULL, NULL) == 0);
	for (int i = 0; i < 200; i++) {
		cr_expect_eq(answers[i].verdict,
		    i % 2 ? ANSWER_YES : ANSWER_NO);
		answer_done(&answers[i]);
	}
}

Test(probe_tree, trace_tells_the_way)
{
	struct question question = {
		.what = ASK_READ_FILE,
		.path = scene_path(&scene, "link/static/a.css"),
		.trace = true,
	};
	struct answer answer;

	scene_link(&scene, "link", "home/site");
	answer = scene_ask_question(WORKER, 0, &question);
	/* "/", tmp, the scene, link, home, site, static, a.css */
	cr_assert_eq(answer.step_count, 8);
	cr_assert_str_eq(answer.steps[0].path, "/");
	cr_assert_str_eq(answer.steps[3].path, scene_path(&scene, "link"));
	cr_assert(S_ISLNK(answer.steps[3].facts.mode));
	cr_assert_str_eq(answer.steps[7].path, scene_path(&scene, CSS));
	answer_done(&answer);
}

Test(probe_tree, obstacles_behind_the_first)
{
	gid_t none[1] = { 0 };
	struct cred app = { APP, APP, none, 0 };
	struct cred worker = { WORKER, WORKER, none, 0 };
	struct probe_as as = { .cred = &app, .proc_fd = -1, .umask = -1 };
	struct question question = { .what = ASK_READ_FILE,
		.path = scene_path(&scene, CSS) };
	struct answer *found;
	size_t count;

	scene_chmod(&scene, "home", 0700);
	scene_chmod(&scene, "home/site/static", 0750);
	scene_chmod(&scene, CSS, 0640);
	found = probe_obstacles(&as, &worker, &question, &count, NULL);
	cr_assert_eq(count, 3);
	cr_assert_str_eq(scene_said(&scene, &found[0]), "NO SEARCH /home");
	cr_assert_str_eq(scene_said(&scene, &found[1]),
	    "NO SEARCH /home/site/static");
	cr_assert_str_eq(scene_said(&scene, &found[2]), "NO READ /" CSS);
	for (size_t i = 0; i < count; i++) {
		cr_assert(found[i].inferred);
		answer_done(&found[i]);
	}
	free(found);
}

#define PROTECTED_LINKS "/proc/sys/fs/protected_symlinks"
#define PROTECTED_FILES "/proc/sys/fs/protected_regular"

/* Sets a switch of the whole machine; returns what it was, 0: cannot. */
static char
set_switch(const char *path, char value)
{
	char was = 0;
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd == -1 || pread(fd, &was, 1, 0) != 1 ||
	    pwrite(fd, &value, 1, 0) != 1)
		was = 0;
	if (fd != -1)
		close(fd);
	return was;
}

/* A link of APP in a world-writable sticky directory of root. */
Test(probe_tree, t30_protected_link)
{
	struct answer trailing, middle;
	char was;

	scene_dir(&scene, "tmp", 01777, 0, 0);
	scene_link(&scene, "tmp/css", scene_path(&scene, CSS));
	scene_link(&scene, "tmp/dir", scene_path(&scene, "home/site"));
	was = set_switch(PROTECTED_LINKS, '1');
	if (was == 0)
		cr_skip_test("cannot set fs.protected_symlinks");
	trailing = answer_to(ASK_READ_FILE, "tmp/css");
	middle = answer_to(ASK_READ_FILE, "tmp/dir/static/a.css");
	set_switch(PROTECTED_LINKS, was);
	cr_assert_str_eq(scene_said(&scene, &trailing),
	    "NO LINK_PROTECTED /tmp/css");
	cr_assert_eq(trailing.error, EACCES);
	cr_assert_str_eq(scene_said(&scene, &middle), "YES");
	answer_done(&trailing);
	answer_done(&middle);
}

/* A log of APP in such a directory: nobody else may open it with O_CREAT. */
Test(probe_tree, t105_protected_file)
{
	struct answer worker, root;
	char was;

	scene_dir(&scene, "tmp", 01777, 0, 0);
	scene_file(&scene, "tmp/log", 0666, APP, APP);
	was = set_switch(PROTECTED_FILES, '1');
	if (was == 0)
		cr_skip_test("cannot set fs.protected_regular");
	worker = answer_to(ASK_WRITE_FILE, "tmp/log");
	root = scene_ask(0, 0, ASK_WRITE_FILE, &scene, "tmp/log");
	set_switch(PROTECTED_FILES, was);
	cr_assert_str_eq(scene_said(&scene, &worker),
	    "NO FILE_PROTECTED /tmp/log");
	cr_assert_str_eq(scene_said(&scene, &root),
	    "NO FILE_PROTECTED /tmp/log");
	answer_done(&worker);
	answer_done(&root);
}
