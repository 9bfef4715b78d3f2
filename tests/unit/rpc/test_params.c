/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "rpc/params.h"

/* An array with just this value, which it takes. */
static struct value *
one(struct value *item)
{
	struct value *params = value_array();

	value_push(params, item);
	return params;
}

static void
expect_int(struct value *item, int64_t expected)
{
	struct value *params = one(item);
	int64_t number = -99;

	cr_expect_eq(param_int(params, 0, &number), 0);
	cr_expect_eq(number, expected, "%lld is not %lld", (long long)number,
	    (long long)expected);
	value_free(params);
}

static void
expect_no_int(struct value *item)
{
	struct value *params = one(item);
	int64_t number;

	cr_expect_eq(param_int(params, 0, &number), -1);
	value_free(params);
}

Test(params, integers_come_in_many_types)
{
	expect_int(value_int(5), 5);
	expect_int(value_bool(true), 1);
	expect_int(value_double(2.9), 2);
	expect_int(value_double(-2.9), -2);
	expect_int(value_string(" 1_0 "), 10);
	expect_int(value_string("-3"), -3);
	expect_no_int(value_string("abc"));
	expect_no_int(value_string(""));
	expect_no_int(value_nil());
	expect_no_int(value_array());
	expect_no_int(value_struct());
}

static bool
wait_of(struct value *item)
{
	struct value *params = one(item);
	bool wait = param_wait(params, 0);

	value_free(params);
	return wait;
}

Test(params, wait_is_what_python_calls_true)
{
	struct value *full = one(value_nil());
	struct value *none = value_array();

	cr_expect(param_wait(none, 0));
	cr_expect(wait_of(value_bool(true)));
	cr_expect(wait_of(value_string("0")));
	cr_expect(wait_of(value_string("false")));
	cr_expect(wait_of(value_int(-1)));
	cr_expect(wait_of(value_double(0.1)));
	cr_expect(wait_of(full));
	cr_expect_not(wait_of(value_bool(false)));
	cr_expect_not(wait_of(value_int(0)));
	cr_expect_not(wait_of(value_double(0)));
	cr_expect_not(wait_of(value_string("")));
	cr_expect_not(wait_of(value_nil()));
	cr_expect_not(wait_of(value_array()));
	cr_expect_not(wait_of(value_struct()));
	value_free(none);
}

Test(params, text_is_text_only)
{
	struct value *params = one(value_string("x"));
	const char *text = NULL;

	cr_expect_eq(param_string(params, 0, &text), 0);
	cr_expect_str_eq(text, "x");
	cr_expect_eq(param_string(params, 1, &text), -1);
	value_free(params);
	params = one(value_int(5));
	cr_expect_eq(param_string(params, 0, &text), -1);
	value_free(params);
}
