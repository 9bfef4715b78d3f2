/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/strbuf.h"
#include "base/xmalloc.h"
#include "logs/log_file.h"

static char folder[] = "/tmp/test-log-file-XXXXXX";
static struct strbuf reports = STRBUF_INIT;

static void
go_to_folder(void)
{
	cr_assert_not_null(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
}

static void
remove_folder(void)
{
	char *command = xasprintf("/bin/rm -r %s", folder);

	cr_assert_eq(system(command), 0);
	free(command);
	strbuf_done(&reports);
}

TestSuite(log_file, .init = go_to_folder, .fini = remove_folder);

static void
note_report(const char *text)
{
	strbuf_addf(&reports, "%s\n", text);
}

static struct log_file *
open_log(int64_t maxbytes, int backups)
{
	struct log_file *file = log_file_open("log", maxbytes, backups);

	cr_assert_not_null(file);
	log_file_report_to(file, note_report);
	return file;
}

static void
put(struct log_file *file, const char *text)
{
	log_file_write(file, text, strlen(text));
}

/* NULL: there is no such file. */
static void
expect_file(const char *path, const char *expected)
{
	size_t len;
	char *text = fd_read_file(path, 1 << 20, &len);

	if (expected == NULL)
		cr_expect_null(text, "%s: %s", path, text);
	else if (text == NULL)
		cr_expect_fail("no %s", path);
	else
		cr_expect_str_eq(text, expected, "%s", path);
	free(text);
}

Test(log_file, appends)
{
	struct log_file *file = open_log(0, 0);

	put(file, "one\n");
	log_file_free(file);
	file = open_log(0, 10);
	put(file, "two\n");
	log_file_free(file);
	expect_file("log", "one\ntwo\n");
	expect_file("log.1", NULL);
}

Test(log_file, rotates_when_maxbytes_is_reached)
{
	struct log_file *file = open_log(10, 2);

	put(file, "123456789");
	expect_file("log.1", NULL);
	put(file, "0");
	expect_file("log", "");
	expect_file("log.1", "1234567890");
	/* A record is never split. */
	put(file, "aaaaaaaa");
	put(file, "bbbbbbbb");
	expect_file("log", "");
	expect_file("log.1", "aaaaaaaabbbbbbbb");
	expect_file("log.2", "1234567890");
	put(file, "cccccccccccc");
	expect_file("log.1", "cccccccccccc");
	expect_file("log.2", "aaaaaaaabbbbbbbb");
	expect_file("log.3", NULL);
	log_file_free(file);
}

Test(log_file, leaves_backups_beyond_the_number_alone)
{
	struct log_file *file;

	file = log_file_open("log.3", 0, 0);
	put(file, "old");
	log_file_free(file);
	file = open_log(1, 2);
	put(file, "a");
	put(file, "b");
	put(file, "c");
	log_file_free(file);
	expect_file("log.3", "old");
	expect_file("log.2", "b");
	expect_file("log.1", "c");
}

Test(log_file, any_number_of_backups_costs_what_there_are)
{
	struct log_file *file = open_log(10, INT_MAX);
	char name[32], text[32];

	for (int i = 0; i < 105; i++) {
		snprintf(text, sizeof(text), "record %04d", i);
		put(file, text);
	}
	expect_file("log", "");
	for (int i = 0; i < 105; i++) {
		snprintf(name, sizeof(name), "log.%d", 105 - i);
		snprintf(text, sizeof(text), "record %04d", i);
		expect_file(name, text);
	}
	expect_file("log.106", NULL);
	log_file_free(file);
}

Test(log_file, without_backups_only_empties)
{
	struct log_file *file = open_log(4, 0);

	put(file, "1234");
	put(file, "5");
	log_file_free(file);
	expect_file("log", "5");
	expect_file("log.1", NULL);
}

Test(log_file, counts_what_was_there_before)
{
	struct log_file *file = open_log(0, 0);

	put(file, "12345678");
	log_file_free(file);
	file = open_log(4, 1);
	expect_file("log", "12345678");
	put(file, "9");
	expect_file("log.1", "123456789");
	log_file_free(file);
}

/* Each file is full before the next begins, and no line is cut or lost. */
Test(log_file, two_writers_rotate_together)
{
	struct log_file *writers[] = { open_log(100, 50), open_log(100, 50) };
	char line[24], *path, *text;
	size_t lines = 0, len;

	for (int i = 0; i < 200; i++) {
		snprintf(line, sizeof(line), "line %04d\n", i);
		put(writers[i % 2], line);
	}
	for (int i = 1;; i++) {
		path = xasprintf("log.%d", i);
		text = fd_read_file(path, 1 << 20, &len);
		free(path);
		if (text == NULL)
			break;
		cr_expect_geq(len, 100, "log.%d was rotated too early", i);
		cr_expect_eq(len % 10, 0, "a cut line in log.%d", i);
		lines += len / 10;
		free(text);
	}
	text = fd_read_file("log", 1 << 20, &len);
	cr_expect_eq(lines + len / 10, 200);
	free(text);
	log_file_free(writers[0]);
	log_file_free(writers[1]);
}

Test(log_file, sees_truncation_by_others)
{
	struct log_file *file = open_log(10, 1);

	put(file, "12345678");
	cr_assert_eq(truncate("log", 0), 0);
	put(file, "abcdefgh");
	expect_file("log", "abcdefgh");
	expect_file("log.1", NULL);
	log_file_free(file);
}

Test(log_file, survives_deletion_while_it_rotates)
{
	struct log_file *file = open_log(4, 2);

	unlink("log");
	put(file, "1234");
	expect_file("log", "");
	put(file, "5678");
	expect_file("log.1", "5678");
	log_file_free(file);
}

Test(log_file, goes_on_with_the_old_file_if_it_cannot_rotate)
{
	struct log_file *file = open_log(4, 1);

	cr_assert_eq(mkdir("log.1", 0755), 0);
	put(file, "1234");
	put(file, "5");
	expect_file("log", "12345");
	cr_expect_str_eq(reports.data,
	    "can't rotate 'log': Is a directory; "
	    "going on with the old file\n");
	/* The next try is a maxbytes later. */
	cr_assert_eq(rmdir("log.1"), 0);
	put(file, "67");
	expect_file("log.1", NULL);
	put(file, "8");
	expect_file("log.1", "12345678");
	log_file_free(file);
}

Test(log_file, recovers_when_its_folder_has_gone)
{
	struct log_file *file;

	cr_assert_eq(mkdir("sub", 0755), 0);
	file = log_file_open("sub/log", 4, 1);
	cr_assert_not_null(file);
	log_file_report_to(file, note_report);
	cr_assert_eq(unlink("sub/log"), 0);
	cr_assert_eq(rmdir("sub"), 0);
	put(file, "1234");
	cr_assert_eq(mkdir("sub", 0755), 0);
	put(file, "5678");
	put(file, "9");
	expect_file("sub/log", "9");
	log_file_free(file);
}

Test(log_file, reopens_by_name)
{
	struct log_file *file = open_log(100, 1);

	put(file, "old");
	cr_assert_eq(rename("log", "moved"), 0);
	put(file, "er");
	cr_expect_eq(log_file_reopen(file), 0);
	put(file, "new");
	expect_file("moved", "older");
	expect_file("log", "new");
	cr_assert_eq(unlink("log"), 0);
	cr_assert_eq(mkdir("log", 0755), 0);
	cr_expect_eq(log_file_reopen(file), -1);
	log_file_free(file);
}

Test(log_file, knows_its_room_whoever_wrote)
{
	struct log_file *file = open_log(10, 1), *other;

	put(file, "1234");
	cr_expect(log_file_has_room(file, 5));
	cr_expect_not(log_file_has_room(file, 6));
	cr_expect_eq(log_file_reopen(file), 0);
	cr_expect_not(log_file_has_room(file, 6));
	other = open_log(10, 1);
	put(other, "56");
	cr_expect(log_file_has_room(file, 3));
	cr_expect_not(log_file_has_room(file, 4));
	log_file_free(other);
	log_file_free(file);
}

Test(log_file, a_gap_in_the_backups_ends_what_is_moved)
{
	struct log_file *file = log_file_open("log.2", 0, 0);

	put(file, "old");
	log_file_free(file);
	file = open_log(4, 2);
	put(file, "1234");
	expect_file("log.1", "1234");
	expect_file("log.2", "old");
	put(file, "5678");
	expect_file("log.1", "5678");
	expect_file("log.2", "1234");
	log_file_free(file);
}

Test(log_file, clears_by_removing)
{
	struct log_file *file = open_log(100, 1);
	struct stat before, after;

	put(file, "old");
	cr_assert_eq(link("log", "kept"), 0);
	cr_assert_eq(stat("log", &before), 0);
	cr_expect_eq(log_file_clear(file), 0);
	cr_assert_eq(stat("log", &after), 0);
	cr_expect_neq(before.st_ino, after.st_ino);
	put(file, "new");
	expect_file("log", "new");
	expect_file("kept", "old");
	log_file_free(file);
}

Test(log_file, is_closed_by_its_last_owner)
{
	struct log_file *file = open_log(4, 1);
	struct log_file *same = log_file_share(file);

	put(same, "12");
	log_file_free(file);
	put(same, "34");
	expect_file("log.1", "1234");
	log_file_free(same);
}

static void
limit_file_size(rlim_t size)
{
	struct rlimit limit = { .rlim_cur = size, .rlim_max = RLIM_INFINITY };

	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

Test(log_file, counts_and_reports_what_a_full_disk_loses)
{
	struct log_file *file = open_log(0, 0);

	signal(SIGXFSZ, SIG_IGN);
	clock_freeze(1000, 0);
	limit_file_size(6);
	put(file, "1234");
	put(file, "5678");
	put(file, "90");
	limit_file_size(RLIM_INFINITY);
	put(file, "abc");
	cr_expect_str_eq(reports.data,
	    "can't write to 'log': File too large; what comes is lost until "
	    "it can be written again\n"
	    "'log' can be written again, 4 bytes lost\n");
	expect_file("log", "123456abc");
	/* A disk that fills again at once is not told of again at once. */
	strbuf_clear(&reports);
	limit_file_size(9);
	put(file, "xx");
	limit_file_size(RLIM_INFINITY);
	put(file, "d");
	cr_expect_str_eq(reports.data, "");
	clock_freeze(60000, 0);
	put(file, "e");
	cr_expect_str_eq(reports.data,
	    "'log' can be written again, 2 bytes lost\n");
	log_file_free(file);
	expect_file("log", "123456abcde");
}

/* Beside the loop nothing is told, and a record is not split either. */
Test(log_file, a_record_that_did_not_fit_is_not_split_by_rotation)
{
	struct log_file *file = open_log(8, 1);
	const char *record = "1234567890";
	size_t done;

	signal(SIGXFSZ, SIG_IGN);
	limit_file_size(9);
	done = log_file_append(file, record, 10);
	cr_expect_eq(done, 9);
	cr_expect_str_eq(reports.data, "");
	expect_file("log.1", NULL);
	log_file_write(file, record + done, 10 - done);
	cr_expect(strstr(reports.data, "can't write to 'log'") != NULL);
	expect_file("log.1", "123456789");
	expect_file("log", "");
	cr_expect_eq(log_file_append(file, "x", 1), 0, "not in order");
	limit_file_size(RLIM_INFINITY);
	put(file, "ab");
	cr_expect_eq(log_file_append(file, "cdefgh", 6), 6);
	expect_file("log.1", "abcdefgh");
	log_file_free(file);
}

Test(log_file, tells_of_lost_bytes_at_the_end)
{
	struct log_file *file = open_log(0, 0);

	signal(SIGXFSZ, SIG_IGN);
	limit_file_size(0);
	put(file, "123");
	limit_file_size(RLIM_INFINITY);
	strbuf_clear(&reports);
	log_file_free(file);
	cr_expect_str_eq(reports.data, "3 bytes for 'log' lost\n");
}

/* The lowest free number is the limit: nothing more can be opened. */
static void
use_up_descriptors(void)
{
	int lowest = dup(0);
	struct rlimit limit;

	cr_assert_neq(lowest, -1);
	close(lowest);
	cr_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = (rlim_t)lowest;
	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void
free_descriptors(void)
{
	struct rlimit limit;

	cr_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

Test(log_file, rotates_without_a_free_descriptor)
{
	struct log_file *file = open_log(4, 1);

	use_up_descriptors();
	put(file, "1234");
	put(file, "5");
	free_descriptors();
	expect_file("log.1", "1234");
	expect_file("log", "5");
	cr_expect_str_eq(reports.data, "");
	log_file_free(file);
}

static size_t
count_descriptors(void)
{
	size_t count = 0;
	DIR *dir = opendir("/proc/self/fd");

	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return count;
}

Test(log_file, leaks_no_descriptor)
{
	struct log_file *file = open_log(2, 2);
	size_t before = count_descriptors();

	for (int i = 0; i < 10000; i++) {
		put(file, "ab");
		log_file_reopen(file);
	}
	for (int i = 0; i < 100; i++)
		log_file_clear(file);
	cr_expect_eq(count_descriptors(), before);
	log_file_free(file);
}

/* Rotation against reopening: nothing is lost, everything in order. */
Test(log_file, loses_no_byte_in_a_storm_of_reopening)
{
	struct log_file *file = open_log(1000, 500);
	struct strbuf all = STRBUF_INIT, expected = STRBUF_INIT;
	char *text, *name;
	size_t len;

	for (int i = 0; i < 20000; i++) {
		text = xasprintf("line %d\n", i);
		strbuf_addstr(&expected, text);
		put(file, text);
		free(text);
		if (i % 7 == 0)
			log_file_reopen(file);
	}
	log_file_free(file);
	for (int i = 500; i >= 0; i--) {
		name = i == 0 ? xstrdup("log") : xasprintf("log.%d", i);
		text = fd_read_file(name, 1 << 20, &len);
		if (text != NULL)
			strbuf_add(&all, text, len);
		free(text);
		free(name);
	}
	cr_expect(strcmp(all.data, expected.data) == 0);
	strbuf_done(&all);
	strbuf_done(&expected);
}

Test(log_file, never_waits_for_the_reader_of_a_pipe)
{
	struct log_file *file;
	char block[4096] = "";
	size_t drained = 0;
	ssize_t n;
	int fd;

	cr_assert_eq(mkfifo("pipe", 0600), 0);
	cr_expect_null(log_file_open("pipe", 4, 1)); /* nobody reads */
	fd = open("pipe", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	file = log_file_open("pipe", 4, 1);
	cr_assert_not_null(file);
	log_file_report_to(file, note_report);
	for (int i = 0; i < 100; i++)
		log_file_write(file, block, sizeof(block));
	while ((n = read(fd, block, sizeof(block))) > 0)
		drained += (size_t)n;
	put(file, "on");
	cr_expect_eq(read(fd, block, sizeof(block)), 2);
	char *expected = xasprintf(
	    "can't write to 'pipe': Resource temporarily "
	    "unavailable; what comes is lost until it can be written again\n"
	    "'pipe' can be written again, %zu bytes lost\n",
	    409600 - drained);
	cr_expect_str_eq(reports.data, expected);
	free(expected);
	/* And it is neither rotated nor removed. */
	cr_expect_eq(log_file_clear(file), 0);
	cr_expect_eq(access("pipe", F_OK), 0);
	cr_expect_neq(access("pipe.1", F_OK), 0);
	close(fd);
	log_file_free(file);
}
