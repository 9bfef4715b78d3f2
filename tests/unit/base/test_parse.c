/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <limits.h>
#include <stdlib.h>

#include "base/parse.h"

typedef int (*parse_number_fn)(const char *, long long *, char **);

static void
expect_number(parse_number_fn parse, const char *text, long long expected)
{
	char *cause = NULL;
	long long value = -12345;

	cr_expect_eq(parse(text, &value, &cause), 0, "%s", text);
	cr_expect_eq(value, expected, "%s gives %lld", text, value);
	free(cause);
}

static void
expect_refused(parse_number_fn parse, const char *text, const char *expected)
{
	char *cause = NULL;
	long long value = -12345;

	cr_expect_eq(parse(text, &value, &cause), -1, "%s", text);
	cr_expect_str_eq(cause, expected);
	cr_expect_eq(value, -12345);
	free(cause);
}

Test(parse, reads_integers_as_python_does)
{
	expect_number(parse_int, "0", 0);
	expect_number(parse_int, " 42\t", 42);
	expect_number(parse_int, "\xc2\xa0+7\xe3\x80\x80", 7);
	expect_number(parse_int, "-1_000", -1000);
	expect_number(parse_int, "007", 7);
	expect_number(parse_int, "9223372036854775807", LLONG_MAX);
	expect_number(parse_int, "99999999999999999999", LLONG_MAX);
	expect_number(parse_int, "-99999999999999999999", -LLONG_MAX);
}

Test(parse, refuses_what_is_no_integer)
{
	static const char *const words[] = { "", " ", "x", "1.5", "1__0", "_1",
		"1_", "0x10", "1 2", "+", "--1", "\xd9\xa1x" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		long long value;

		cr_expect_eq(parse_int(words[i], &value, NULL), -1, "%s",
		    words[i]);
	}
	expect_refused(parse_int, "x'",
	    "invalid literal for int() with base 10: \"x'\"");
}

Test(parse, reads_sizes)
{
	expect_number(parse_bytes, "50MB", 50LL << 20);
	expect_number(parse_bytes, "5 mb", 5LL << 20);
	expect_number(parse_bytes, "1KB", 1024);
	expect_number(parse_bytes, "-2Gb", -(2LL << 30));
	expect_number(parse_bytes, "17", 17);
	expect_number(parse_bytes, "99999999999GB", LLONG_MAX);
	expect_refused(parse_bytes, "5TB",
	    "invalid literal for int() with base 10: '5tb'");
	expect_refused(parse_bytes, "1.5MB",
	    "invalid literal for int() with base 10: '1.5'");
	expect_refused(parse_bytes, "kb",
	    "invalid literal for int() with base 10: ''");
}

Test(parse, reads_octal)
{
	expect_number(parse_octal, "022", 18);
	expect_number(parse_octal, "22", 18);
	expect_number(parse_octal, " 0o2_2 ", 18);
	expect_number(parse_octal, "0O_7", 7);
	expect_number(parse_octal, "-7", -7);
	expect_refused(parse_octal, "9",
	    "9 can not be converted to an octal type");
	expect_refused(parse_octal, "0x7",
	    "0x7 can not be converted to an octal type");
}

Test(parse, reads_booleans_in_any_case)
{
	static const char *const yes[] = { "yes", "TRUE", "On", "1" };
	static const char *const no[] = { "no", "False", "oFF", "0" };
	char *cause = NULL;
	bool value;

	for (size_t i = 0; i < 4; i++) {
		cr_expect_eq(parse_bool(yes[i], &value, NULL), 0);
		cr_expect(value);
		cr_expect_eq(parse_bool(no[i], &value, NULL), 0);
		cr_expect_not(value);
	}
	cr_expect_eq(parse_bool(" yes", &value, &cause), -1);
	cr_expect_str_eq(cause, "not a valid boolean value: ' yes'");
	free(cause);
}

Test(parse, strips_unicode_blanks)
{
	char *text = parse_stripped("\x1c\xe2\x80\xa8 a b\xc2\x85\n");

	cr_expect_str_eq(text, "a b");
	free(text);
	text = parse_stripped(" \t ");
	cr_expect_str_eq(text, "");
	free(text);
}
