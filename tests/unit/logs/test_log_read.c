/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "logs/log_read.h"

static char folder[] = "/tmp/test-log-read-XXXXXX";

static void
write_file(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	cr_assert_not_null(f);
	fputs(text, f);
	fclose(f);
}

static void
make_files(void)
{
	cr_assert_not_null(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
	write_file("ten", "0123456789");
	write_file("empty", "");
}

static void
remove_files(void)
{
	unlink("ten");
	unlink("empty");
	unlink("pipe");
	cr_assert_eq(rmdir(folder), 0);
}

TestSuite(log_read, .init = make_files, .fini = remove_files);

/* NULL: BAD_ARGUMENTS. */
static void
expect_read(const char *path, int64_t offset, int64_t length,
    const char *expected)
{
	enum log_read_result result;
	char *data = NULL;
	size_t len = 0;

	result = log_read(path, offset, length, &data, &len);
	if (expected == NULL) {
		cr_expect_eq(result, LOG_READ_BAD_ARGUMENTS, "%s %d %d", path,
		    (int)offset, (int)length);
	} else {
		cr_expect_eq(result, LOG_READ_OK, "%s %d %d", path, (int)offset,
		    (int)length);
		cr_expect_str_eq(data, expected, "%s %d %d", path, (int)offset,
		    (int)length);
		cr_expect_eq(len, strlen(expected));
	}
	free(data);
}

#define ALL "0123456789"

static const int64_t read_lengths[] = { 0, 1, 4, 10, 100, -1 };

static const struct {
	int64_t offset;
	const char *expected[6];
} read_rows[] = {
	{ 0, { ALL, "0", "0123", ALL, ALL, NULL } },
	{ 3, { "3456789", "3", "3456", "3456789", "3456789", NULL } },
	{ 9, { "9", "9", "9", "9", "9", NULL } },
	{ 10, { "", "", "", "", "", NULL } },
	{ 11, { "", "", "", "", "", NULL } },
	{ 100, { "", "", "", "", "", NULL } },
	{ -1, { "9", NULL, NULL, NULL, NULL, NULL } },
	{ -3, { "789", NULL, NULL, NULL, NULL, NULL } },
	{ -10, { ALL, NULL, NULL, NULL, NULL, NULL } },
	{ -11, { ALL, NULL, NULL, NULL, NULL, NULL } },
	{ -100, { ALL, NULL, NULL, NULL, NULL, NULL } },
};

Test(log_read, reads_every_row_of_the_contract)
{
	for (size_t r = 0; r < sizeof(read_rows) / sizeof(read_rows[0]); r++) {
		for (size_t c = 0; c < 6; c++)
			expect_read("ten", read_rows[r].offset, read_lengths[c],
			    read_rows[r].expected[c]);
	}
}

Test(log_read, reads_an_empty_file)
{
	expect_read("empty", 0, 0, "");
	expect_read("empty", 0, 1, "");
	expect_read("empty", 1, 4, "");
	expect_read("empty", -1, 0, "");
	expect_read("empty", -1, 1, NULL);
	expect_read("empty", 0, -1, NULL);
	expect_read("/dev/null", 0, 0, "");
}

Test(log_read, takes_any_number)
{
	expect_read("ten", INT64_MAX, INT64_MAX, "");
	expect_read("ten", INT64_MIN, 0, ALL);
	expect_read("ten", 0, INT64_MIN, NULL);
}

Test(log_read, tells_what_cannot_be_read)
{
	char *data = NULL;
	size_t len;

	cr_expect_eq(log_read("none", 0, 0, &data, &len), LOG_READ_NO_FILE);
	cr_expect_eq(log_read("ten/x", 0, 0, &data, &len), LOG_READ_NO_FILE);
	cr_expect_eq(log_read(".", 0, 0, &data, &len), LOG_READ_FAILED);
	cr_assert_eq(mkfifo("pipe", 0600), 0);
	cr_expect_eq(log_read("pipe", 0, 0, &data, &len), LOG_READ_FAILED);
	cr_expect_null(data);
}

/* Each cell: how many of the last bytes, and the overflow flag. */
#define T(n)                                                                   \
	{                                                                      \
		n, true                                                        \
	}
#define F(n)                                                                   \
	{                                                                      \
		n, false                                                       \
	}

static const int64_t tail_lengths[] = { 0, 1, 4, 7, 10, 11, 100, -1, -5 };

static const struct {
	int64_t offset;
	struct {
		size_t len;
		bool overflow;
	} cells[9];
} tail_rows[] = {
	/* clang-format off */
	{ 0, { T(0), T(1), T(4), T(7), F(10), F(10), F(10), T(0), T(0) } },
	{ 3, { T(0), T(1), T(4), F(7), F(10), F(10), F(10), T(0), T(0) } },
	{ 9, { T(0), F(1), F(4), F(7), F(10), F(10), F(10), T(0), T(0) } },
	{ 10, { F(0), F(0), F(0), F(0), F(0), F(0), F(0), T(0), T(0) } },
	{ 11, { F(0), F(0), F(0), F(0), F(0), F(0), F(0), F(0), T(0) } },
	{ 100, { F(0), F(0), F(0), F(0), F(0), F(0), F(0), F(0), F(0) } },
	{ -1, { T(0), T(1), T(4), T(7), T(10), F(10), F(10), T(0), T(0) } },
	{ -3, { T(0), T(1), T(4), T(7), T(10), T(10), F(10), T(0), T(0) } },
	{ -10, { T(0), T(1), T(4), T(7), T(10), T(10), F(10), T(0), T(0) } },
	{ -11, { T(0), T(1), T(4), T(7), T(10), T(10), F(10), T(0), T(0) } },
	{ -100, { T(0), T(1), T(4), T(7), T(10), T(10), T(10), T(0), T(0) } },
	/* clang-format on */
};

static void
expect_tail(const char *path, int64_t offset, int64_t length,
    const struct log_tail *expected)
{
	struct log_tail tail;

	log_tail(path, offset, length, &tail);
	cr_expect_str_eq(tail.data, expected->data, "%s %d %d", path,
	    (int)offset, (int)length);
	cr_expect_eq(tail.len, strlen(expected->data));
	cr_expect_eq(tail.offset, expected->offset, "%s %d %d", path,
	    (int)offset, (int)length);
	cr_expect_eq(tail.overflow, expected->overflow, "%s %d %d", path,
	    (int)offset, (int)length);
	free(tail.data);
}

Test(log_read, tails_every_row_of_the_contract)
{
	for (size_t r = 0; r < sizeof(tail_rows) / sizeof(tail_rows[0]); r++) {
		for (size_t c = 0; c < 9; c++) {
			struct log_tail expected = {
				.data = (char *)ALL + 10 -
				    tail_rows[r].cells[c].len,
				.offset = 10,
				.overflow = tail_rows[r].cells[c].overflow,
			};

			expect_tail("ten", tail_rows[r].offset, tail_lengths[c],
			    &expected);
		}
	}
}

Test(log_read, tails_an_empty_file)
{
	for (int64_t offset = -1; offset <= 1; offset++) {
		for (int64_t length = -1; length <= 1; length++) {
			struct log_tail expected = {
				.data = (char *)"",
				.overflow = offset + length < 0,
			};

			expect_tail("empty", offset, length, &expected);
		}
	}
}

Test(log_read, tail_never_fails)
{
	struct log_tail missing = { .data = (char *)"" };
	struct log_tail unreadable = { .data = (char *)"", .offset = 7 };

	expect_tail("none", 7, 5, &missing);
	expect_tail(".", 7, 5, &unreadable);
	expect_tail("/dev/null", 7, 5, &missing);
	cr_assert_eq(mkfifo("pipe", 0600), 0);
	expect_tail("pipe", 7, 5, &unreadable);
}
