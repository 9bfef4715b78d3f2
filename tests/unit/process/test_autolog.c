/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/xmalloc.h"
#include "process/autolog.h"

static char folder[] = "/tmp/test-autolog-XXXXXX";

static void
begin(void)
{
	cr_assert_not_null(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
}

static void
end(void)
{
	char *command = xasprintf("/bin/rm -r %s", folder);

	cr_assert_eq(system(command), 0);
	free(command);
}

TestSuite(autolog, .init = begin, .fini = end);

Test(autolog, names_hold_process_channel_and_identifier)
{
	char *a = autolog_create(folder, "a/b", "stdout", "sup");
	char *b = autolog_create(folder, "a/b", "stdout", "sup");
	char *begin = xasprintf("%s/a_b-stdout---sup-", folder);
	struct stat st;

	cr_assert_not_null(a);
	cr_assert_str_neq(a, b);
	cr_assert_eq(strncmp(a, begin, strlen(begin)), 0);
	cr_assert_eq(strlen(a), strlen(begin) + strlen("12345678.log"));
	cr_assert_eq(stat(a, &st), 0);
	cr_assert_eq(st.st_mode & 07777, 0600);
	cr_assert_null(autolog_create("/nowhere", "a", "stdout", "sup"));
	free(a);
	free(b);
	free(begin);
}

static void
touch(const char *name)
{
	int fd = open(name, O_CREAT | O_WRONLY, 0600);

	cr_assert_neq(fd, -1);
	close(fd);
}

Test(autolog, cleaning_takes_own_logs_and_their_backups_only)
{
	static const struct {
		const char *name;
		bool goes;
	} files[] = {
		{ "p-stdout---sup-abcd1234.log", true },
		{ "p-stdout---sup-abcd1234.log.1", true },
		{ "p-stdout---sup-abcd1234.log.1234", true },
		{ "p-stdout---sup-abcd1234.log12", true },
		{ "a---b---sup-x.log", true },
		{ "p-stdout---sup-abcd1234.log.bak", false },
		{ "p-stdout---sup-abcd1234.log.12345", false },
		{ "p-stdout---other-abcd1234.log", false },
		{ "p-stdout---sup2-abcd1234.log", false },
		{ "---sup-abcd1234.log", false },
		{ "p-stdout---sup-.log", false },
		{ "p-stdout---sup-a b.log", false },
		{ "p.log", false },
	};
	const size_t count = sizeof(files) / sizeof(files[0]);

	for (size_t i = 0; i < count; i++)
		touch(files[i].name);
	autolog_clean(folder, "sup");
	for (size_t i = 0; i < count; i++)
		cr_expect_eq(access(files[i].name, F_OK) == -1, files[i].goes,
		    "%s", files[i].name);
}

Test(autolog, an_identifier_is_no_pattern)
{
	touch("p-stdout---a.c-1.log");
	touch("p-stdout---abc-1.log");
	autolog_clean(folder, "a.c");
	cr_assert_eq(access("p-stdout---a.c-1.log", F_OK), -1);
	cr_assert_eq(access("p-stdout---abc-1.log", F_OK), 0);
}
