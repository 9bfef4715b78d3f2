/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "logs/main_log.h"

static char folder[] = "/tmp/test-main-log-XXXXXX";

static void
go_to_folder(void)
{
	cr_assert_not_null(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
	setenv("TZ", "UTC", 1);
	clock_freeze(0, 1763912329582);
}

static void
remove_folder(void)
{
	char *command = xasprintf("/bin/rm -r %s", folder);

	cr_assert_eq(system(command), 0);
	free(command);
}

TestSuite(main_log, .init = go_to_folder, .fini = remove_folder);

static void
expect_file(const char *path, const char *expected)
{
	size_t len;
	char *text = fd_read_file(path, 1 << 20, &len);

	cr_assert_not_null(text, "no %s", path);
	cr_expect_str_eq(text, expected, "%s", path);
	free(text);
}

Test(main_log, writes_supervisors_lines)
{
	struct main_log_options options = { .path = "log" };
	struct main_log *log = main_log_open(&options, NULL);

	cr_assert_not_null(log);
	log_info("spawned: '%s'", "a");
	log_debug("not wanted");
	log_set_level(LOG_LEVEL_BLATHER);
	clock_freeze(0, 1763912330007);
	log_criticalx("two\nlines");
	log_errorx("e");
	log_warnx("w");
	log_debug("d");
	log_trace("t");
	log_blather("b");
	main_log_free(log);
	expect_file("log",
	    "2025-11-23 15:38:49,582 INFO spawned: 'a'\n"
	    "2025-11-23 15:38:50,007 CRIT two\nlines\n"
	    "2025-11-23 15:38:50,007 ERRO e\n"
	    "2025-11-23 15:38:50,007 WARN w\n"
	    "2025-11-23 15:38:50,007 DEBG d\n"
	    "2025-11-23 15:38:50,007 TRAC t\n"
	    "2025-11-23 15:38:50,007 BLAT b\n");
}

Test(main_log, rotates_between_messages)
{
	struct main_log_options options = { .path = "log",
		.maxbytes = 60,
		.backups = 1 };
	struct main_log *log = main_log_open(&options, NULL);

	log_info("one");
	log_info("two");
	log_info("three");
	main_log_free(log);
	expect_file("log.1",
	    "2025-11-23 15:38:49,582 INFO one\n"
	    "2025-11-23 15:38:49,582 INFO two\n");
	expect_file("log", "2025-11-23 15:38:49,582 INFO three\n");
}

Test(main_log, echoes_on_stdout)
{
	struct main_log_options options = { .path = "log", .echo = true };
	struct main_log *log;
	int saved = dup(1), out = open("out", O_CREAT | O_WRONLY, 0600);

	dup2(out, 1);
	log = main_log_open(&options, NULL);
	log_info("hello");
	cr_assert_eq(link("log", "cleared"), 0);
	cr_expect_eq(main_log_clear(log), 0);
	log_info("after");
	main_log_free(log);
	dup2(saved, 1);
	expect_file("log", "2025-11-23 15:38:49,582 INFO after\n");
	/* Once for each handler, and into the file that goes. */
	expect_file("cleared",
	    "2025-11-23 15:38:49,582 INFO hello\n"
	    "2025-11-23 15:38:49,582 INFO reopening log file\n"
	    "2025-11-23 15:38:49,582 INFO reopening log file\n");
	expect_file("out",
	    "2025-11-23 15:38:49,582 INFO hello\n"
	    "2025-11-23 15:38:49,582 INFO reopening log file\n"
	    "2025-11-23 15:38:49,582 INFO reopening log file\n"
	    "2025-11-23 15:38:49,582 INFO after\n");
}

Test(main_log, goes_on_when_it_cannot_reopen)
{
	struct main_log_options options = { .path = "log" };
	struct main_log *log = main_log_open(&options, NULL);

	cr_assert_eq(rename("log", "moved"), 0);
	cr_assert_eq(mkdir("log", 0755), 0);
	main_log_reopen(log);
	main_log_free(log);
	expect_file("moved",
	    "2025-11-23 15:38:49,582 ERRO can't reopen 'log', "
	    "going on with the old file: Is a directory\n");
}

Test(main_log, says_why_it_cannot_be_opened)
{
	struct main_log_options options = { .path = "no/such" };
	char *cause = NULL;

	cr_expect_null(main_log_open(&options, &cause));
	cr_expect_str_eq(cause,
	    "could not open log file 'no/such': "
	    "No such file or directory");
	free(cause);
}

Test(main_log, is_tried_without_a_trace)
{
	struct stat st;

	cr_expect_eq(main_log_try("log", NULL), 0);
	cr_expect_eq(lstat("log", &st), -1);
	cr_assert_eq(symlink("elsewhere", "log"), 0);
	cr_expect_eq(main_log_try("log", NULL), 0);
	cr_expect_eq(lstat("log", &st), 0, "a link of somebody's is gone");
}

Test(main_log, may_be_no_file_at_all)
{
	struct main_log_options options = { .path = NULL };
	struct main_log *log = main_log_open(&options, NULL);

	log_info("nowhere");
	cr_expect_null(main_log_path(log));
	cr_expect_eq(main_log_clear(log), -1);
	main_log_reopen(log);
	main_log_free(log);
}
