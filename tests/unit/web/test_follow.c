/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/xmalloc.h"
#include "web/follow.h"

static char folder[] = "/tmp/follow-XXXXXX";
static char *path;
static struct follow file;

static void
put(const char *text, const char *mode)
{
	FILE *out = fopen(path, mode);

	fputs(text, out);
	fclose(out);
}

static void
set_up(void)
{
	cr_assert_not_null(mkdtemp(folder));
	path = xasprintf("%s/log", folder);
	put("0123456789", "w");
}

static void
tear_down(void)
{
	follow_close(&file);
	unlink(path);
	rmdir(folder);
	free(path);
}

TestSuite(follow, .init = set_up, .fini = tear_down);

static void
expect(enum follow_result want, const char *bytes)
{
	char buffer[64] = "";
	size_t len = 0;

	cr_expect_eq(follow_read(&file, buffer, sizeof(buffer) - 1, &len),
	    want);
	cr_expect_eq(len, strlen(bytes));
	cr_expect_str_eq(buffer, bytes);
}

Test(follow, begins_near_the_end)
{
	cr_assert_eq(follow_open(&file, path, 4), 0);
	expect(FOLLOW_BYTES, "6789");
	expect(FOLLOW_NOTHING, "");
	put("ab", "a");
	expect(FOLLOW_BYTES, "ab");
}

Test(follow, a_small_file_is_read_whole)
{
	cr_assert_eq(follow_open(&file, path, 1024), 0);
	expect(FOLLOW_BYTES, "0123456789");
}

Test(follow, a_truncated_file_goes_on_from_its_start)
{
	cr_assert_eq(follow_open(&file, path, 1024), 0);
	expect(FOLLOW_BYTES, "0123456789");
	put("new", "w");
	expect(FOLLOW_TRUNCATED, "");
	expect(FOLLOW_BYTES, "new");
}

Test(follow, the_old_file_is_read_to_its_end_before_the_new_one)
{
	char *old = xasprintf("%s.1", path);

	cr_assert_eq(follow_open(&file, path, 1), 0);
	rename(path, old);
	expect(FOLLOW_BYTES, "9");
	expect(FOLLOW_NOTHING, "");
	put("new", "w");
	expect(FOLLOW_REPLACED, "");
	expect(FOLLOW_BYTES, "new");
	unlink(old);
	free(old);
}

Test(follow, only_regular_files)
{
	file.fd = -1;
	errno = 0;
	cr_expect_eq(follow_open(&file, folder, 1), -1);
	cr_expect_eq(errno, ENOENT);
	cr_expect_eq(follow_open(&file, "/dev/null", 1), -1);
	cr_expect_eq(errno, ENOENT);
	cr_expect_eq(follow_open(&file, "/nonexistent", 1), -1);
}
