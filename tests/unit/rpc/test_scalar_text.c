/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "rpc/scalar_text.h"

/* Takes the value. */
static void
expect(struct value *value, const char *expected)
{
	size_t len = 99;
	char *text = scalar_text(value, &len);

	cr_expect_str_eq(text, expected);
	cr_expect_eq(len, strlen(expected));
	free(text);
	value_free(value);
}

Test(scalar_text, is_what_python_shows)
{
	expect(value_int(-5), "-5");
	expect(value_bool(true), "True");
	expect(value_bool(false), "False");
	expect(value_nil(), "None");
	expect(value_string("a\xc3\xa4"), "a\xc3\xa4");
	expect(value_string(""), "");
	expect(value_double(1.5), "1.5");
	expect(value_double(1), "1.0");
	expect(value_double(0.1), "0.1");
	expect(value_double(1.0 / 3), "0.3333333333333333");
	expect(value_double(-2.5e300), "-2.5e+300");
}

Test(scalar_text, knows_no_compound)
{
	struct value *array = value_array();
	size_t len;

	cr_expect_null(scalar_text(array, &len));
	value_free(array);
}
