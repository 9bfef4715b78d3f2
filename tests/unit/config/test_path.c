/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "config/path.h"
#include "config/search.h"

static void
expect_absolute(const char *path, const char *expected)
{
	char *got = path_absolute(path, "/base/dir");

	cr_expect_str_eq(got, expected, "%s gives %s", path, got);
	free(got);
}

Test(path, is_made_absolute_as_text)
{
	expect_absolute("", "/base/dir");
	expect_absolute("a", "/base/dir/a");
	expect_absolute("./a//b/", "/base/dir/a/b");
	expect_absolute("../x", "/base/x");
	expect_absolute("../../../x", "/x");
	expect_absolute("/a/./b/../c", "/a/c");
	expect_absolute("/", "/");
	expect_absolute("//a", "//a");
	expect_absolute("///a", "/a");
	expect_absolute("/..", "/");
	expect_absolute("//..", "//");
	expect_absolute("..x/.y", "/base/dir/..x/.y");
}

Test(path, joins_without_a_change)
{
	char *got = path_join("a/../b", "/base");

	cr_expect_str_eq(got, "/base/a/../b");
	free(got);
}

Test(path, gives_its_directory)
{
	static const char *const rows[][2] = { { "a", "" }, { "a/b", "a" },
		{ "/a", "/" }, { "a//b", "a" }, { "//a", "//" },
		{ "a/b/", "a/b" }, { "/usr/bin/x", "/usr/bin" } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *got = path_directory(rows[i][0]);

		cr_expect_str_eq(got, rows[i][1]);
		free(got);
	}
}

Test(path, expands_home)
{
	static const char *const rows[][2] = { { "~", "/home/me" },
		{ "~/x", "/home/me/x" }, { "a~", "a~" },
		{ "~no-such-user/x", "~no-such-user/x" },
		{ "~root", "/root" } };

	setenv("HOME", "/home/me/", 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *got = path_expand_user(rows[i][0]);

		cr_expect_str_eq(got, rows[i][1]);
		free(got);
	}
}

static void
expect_places(const char *program, const char *first, const char *second)
{
	struct strvec places = STRVEC_INIT;

	config_search_places(program, &places);
	cr_expect_eq(places.len, 6);
	cr_expect_str_eq(places.items[0], first);
	cr_expect_str_eq(places.items[1], second);
	cr_expect_str_eq(places.items[2], "supervisord.conf");
	cr_expect_str_eq(places.items[5], "/etc/supervisor/supervisord.conf");
	strvec_done(&places);
}

Test(search, looks_above_the_program_first)
{
	expect_places("/usr/bin/supervisord", "/usr/etc/supervisord.conf",
	    "/usr/supervisord.conf");
	expect_places("supervisord", "etc/supervisord.conf",
	    "supervisord.conf");
	expect_places("./supervisord", "etc/supervisord.conf",
	    "supervisord.conf");
	expect_places("bin/supervisord", "etc/supervisord.conf",
	    "supervisord.conf");
	expect_places("a/bin/supervisord", "a/etc/supervisord.conf",
	    "a/supervisord.conf");
	expect_places("/bin/supervisord", "/etc/supervisord.conf",
	    "/supervisord.conf");
}
