/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "base/xmalloc.h"
#include "ctl/history.h"

static char folder[] = "/tmp/test-history-XXXXXX";
static char *path;

static void
set_up(void)
{
	cr_assert_not_null(mkdtemp(folder));
	path = xasprintf("%s/history", folder);
}

static void
tear_down(void)
{
	unlink(path);
	rmdir(folder);
	free(path);
}

TestSuite(history, .init = set_up, .fini = tear_down);

Test(history, remembers_lines_for_the_owner_only)
{
	struct strvec lines = STRVEC_INIT;
	struct stat st;

	history_load(path, &lines);
	cr_assert_eq(lines.len, 0);
	history_append(path, "status");
	history_append(path, "start caf\xc3\xa9");
	history_load(path, &lines);
	cr_assert_eq(lines.len, 2);
	cr_assert_str_eq(lines.items[1], "start caf\xc3\xa9");
	cr_assert_eq(stat(path, &st), 0);
	cr_assert_eq(st.st_mode & 0777, 0600);
	strvec_done(&lines);
}

Test(history, forgets_the_oldest)
{
	struct strvec lines = STRVEC_INIT, again = STRVEC_INIT;
	FILE *file = fopen(path, "w");

	cr_assert_not_null(file);
	for (int i = 0; i < HISTORY_LINES_MAX + 5; i++)
		fprintf(file, "pid %d\n", i);
	fclose(file);
	history_load(path, &lines);
	cr_assert_eq(lines.len, HISTORY_LINES_MAX);
	cr_assert_str_eq(lines.items[0], "pid 5");
	history_load(path, &again);
	cr_assert_eq(again.len, HISTORY_LINES_MAX);
	cr_assert_str_eq(again.items[HISTORY_LINES_MAX - 1], "pid 1004");
	strvec_done(&lines);
	strvec_done(&again);
}

Test(history, works_without_a_file)
{
	struct strvec lines = STRVEC_INIT;

	history_append("/no/such/folder/history", "status");
	history_load("/no/such/folder/history", &lines);
	cr_assert_eq(lines.len, 0);
}
