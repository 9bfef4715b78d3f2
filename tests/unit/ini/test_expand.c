/* SPDX-License-Identifier: ISC */
/*
 * Expected texts are what Python 3.11 prints for the same format and mapping.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "ini/expand.h"

static struct expand_table outer, inner = { .parent = &outer };

static void
fill(void)
{
	expand_set(&outer, "a", "hidden");
	expand_set(&outer, "here", "/etc");
	expand_set(&inner, "a", "x");
	expand_set_int(&inner, "n", 5);
	expand_set_int(&inner, "zero", 0);
	expand_set(&inner, "e", "\xc3\xa9t\xc3\xa9");
	expand_set(&inner, "(p)", "nested");
	expand_set(&inner, "pc", "100%(a)s");
}

static void
drop(void)
{
	expand_table_done(&outer);
	expand_table_done(&inner);
}

TestSuite(expand, .init = fill, .fini = drop);

Test(expand, formats_as_python_does)
{
	static const struct {
		const char *format, *result;
	} rows[] = {
		{ "plain", "plain" },
		{ "", "" },
		{ "%%", "%" },
		{ "%(a)s-%(here)s", "x-/etc" },
		{ "%((p))s", "nested" },
		{ "%(pc)s", "100%(a)s" },
		{ "%(a)5s|%(a)-5s|", "    x|x    |" },
		{ "%(e).2s|", "\xc3\xa9t|" },
		{ "%(e)5s|", "  \xc3\xa9t\xc3\xa9|" },
		{ "%(a)05s", "    x" },
		{ "%(a).0s", "" },
		{ "%(a)r", "'x'" },
		{ "%(e)a", "'\\xe9t\\xe9'" },
		{ "%(n)s", "5" },
		{ "%(n)05.3d", "00005" },
		{ "%(n)#o", "0o5" },
		{ "%(n)+d", "+5" },
		{ "%(n) d", " 5" },
		{ "%(n)-5d|", "5    |" },
		{ "%(n)#08x", "0x000005" },
		{ "%(n)#.3X", "0X005" },
		{ "%(n)hd", "5" },
		{ "%(n)Li", "5" },
		{ "%(n)c|", "\x05|" },
		{ "%(a)c", "x" },
		{ "%(n).2f", "5.00" },
		{ "%(n)08.3f", "0005.000" },
		{ "%(n)#g", "5.00000" },
		{ "%(n)g", "5" },
		{ "%(n)E", "5.000000E+00" },
		{ "%(n)u", "5" },
		{ "%(n).s|", "|" },
		{ "%(zero).0d%(zero).x", "00" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *cause = NULL;
		char *text = expand(&inner, rows[i].format, "o", &cause);

		cr_assert_not_null(text, "%s: %s", rows[i].format, cause);
		cr_expect_str_eq(text, rows[i].result);
		free(text);
	}
}

Test(expand, says_why_a_format_is_bad)
{
	static const struct {
		const char *format, *why;
	} rows[] = {
		{ "%", "incomplete format" },
		{ "%(a)", "incomplete format" },
		{ "%(a)-5", "incomplete format" },
		{ "%(a)l", "incomplete format" },
		{ "%(a", "incomplete format key" },
		{ "%((a)s", "incomplete format key" },
		{ "%(a)Y",
		    "unsupported format character 'Y' (0x59) at index 4" },
		{ "\xc3\xa9%(a)\xc3\xa9",
		    "unsupported format character '?' (0xe9) at index 5" },
		{ "%(a)%",
		    "unsupported format character '%' (0x25) at index 4" },
		{ "%(n)hld",
		    "unsupported format character 'l' (0x6c) at index 5" },
		{ "%(a)d", "%d format: a real number is required, not str" },
		{ "%(a)i", "%i format: a real number is required, not str" },
		{ "%(a)x", "%x format: an integer is required, not str" },
		{ "%(a)f", "must be real number, not str" },
		{ "%(here)c", "%c requires int or char" },
		{ "%(zero)c", "%c arg not in range(0x110000)" },
		{ "%(a)*s", "* wants int" },
		{ "%(n)*d", "not enough arguments for format string" },
		{ "%d", "%d format: a real number is required, not dict" },
		{ "%x", "%x format: an integer is required, not dict" },
		{ "%f", "must be real number, not dict" },
		{ "%c", "%c requires int or char" },
		{ "%(a)s %s", "not enough arguments for format string" },
		{ "%(n)99999999999999999999d", "width too big" },
		{ "%(n).99999999999999999999d", "precision too big" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *cause = NULL;
		char *expected = xasprintf("Format string '%s' for 's.k' is "
					   "badly formatted: %s",
		    rows[i].format, rows[i].why);

		cr_expect_null(expand(&inner, rows[i].format, "s.k", &cause));
		cr_expect_str_eq(cause, expected);
		free(cause);
		free(expected);
	}
}

Test(expand, does_not_leak_the_table)
{
	char *cause = NULL;

	cr_expect_null(expand(&inner, "date +%s", "program:x.command", &cause));
	cr_expect_str_eq(cause,
	    "Format string 'date +%s' for 'program:x.command' is badly "
	    "formatted: not enough arguments for format string");
	free(cause);
}

Test(expand, lists_names_unless_told_not_to)
{
	char *cause = NULL;

	cr_expect_null(expand(&inner, "%(x'y)s", "k", &cause));
	cr_expect_str_eq(cause,
	    "Format string \"%(x'y)s\" for 'k' contains names (\"x'y\") which "
	    "cannot be expanded. Available names: (p), a, e, here, n, pc, zero");
	outer.unlisted = true;
	cr_expect_null(expand(&inner, "%(z)s", "k", &cause));
	cr_expect_not_null(strstr(cause, "names: (p), a, e, n, pc, zero"));
	outer.unlisted = false;
	free(cause);
}
