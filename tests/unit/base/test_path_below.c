/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/path_below.h"

Test(path_below, is_below)
{
	cr_expect(path_is_below("/a/b", "/a"));
	cr_expect(path_is_below("/a/b/c", "/a//"));
	cr_expect(path_is_below("/a", "/a/"));
	cr_expect_not(path_is_below("/ab", "/a"));
	cr_expect_not(path_is_below("/", "/a"));
	cr_expect(path_is_below("/a", "/"));
	cr_expect(path_is_below("/", "/"));
}

Test(path_below, is_inside)
{
	cr_expect(path_is_inside("/a/b", "/a/"));
	cr_expect(path_is_inside("/a", "/a"));
	cr_expect_not(path_is_inside("/ab", "/a"));
	cr_expect_not(path_is_inside("/a", "/"));
	cr_expect_not(path_is_inside("/a", NULL));
}

Test(path_below, joins)
{
	static const char *const rows[][3] = {
		{ "/a", "b/c", "/a/b/c" },
		{ "/a//", "b", "/a/b" },
		{ "/", "b", "/b" },
		{ "/a/", "", "/a" },
		{ "/", "", "/" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *path = path_below(rows[i][0], rows[i][1]);

		cr_expect_str_eq(path, rows[i][2]);
		free(path);
	}
}
