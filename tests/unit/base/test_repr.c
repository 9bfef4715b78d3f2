/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/repr.h"

Test(repr, quotes_as_python_does)
{
	static const struct {
		const char *text, *shown;
	} rows[] = {
		{ "", "''" },
		{ "plain", "'plain'" },
		{ "it's", "\"it's\"" },
		{ "\"x\"", "'\"x\"'" },
		{ "it's \"x\"", "'it\\'s \"x\"'" },
		{ "a\\b\n\r\t", "'a\\\\b\\n\\r\\t'" },
		{ "\x01\x7f", "'\\x01\\x7f'" },
		{ "\xc3\xa9\xe4\xb8\x80", "'\xc3\xa9\xe4\xb8\x80'" },
		{ "\xc2\xa0\xc2\x85", "'\\xa0\\x85'" },
		{ "\xef\xbb\xbf\xe2\x80\xa8", "'\\ufeff\\u2028'" },
		{ "\xf3\xa0\x80\x81", "'\\U000e0001'" },
		{ "\xff", "'\\xff'" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *shown = repr(rows[i].text);

		cr_expect_str_eq(shown, rows[i].shown);
		free(shown);
	}
}

Test(repr, shows_a_nul_inside)
{
	char *shown = repr_len("a\0b", 3);

	cr_expect_str_eq(shown, "'a\\x00b'");
	free(shown);
}

Test(repr, shows_bytes)
{
	char *shown = repr_bytes("a'\xc3\xa9\n", 5);

	cr_expect_str_eq(shown, "b\"a'\\xc3\\xa9\\n\"");
	free(shown);
}

Test(repr, shows_lists)
{
	char *items[] = { (char *)"foo", (char *)"it's", NULL };
	char *shown = repr_list(items);

	cr_expect_str_eq(shown, "['foo', \"it's\"]");
	free(shown);
	shown = repr_list(NULL);
	cr_expect_str_eq(shown, "[]");
	free(shown);
}
