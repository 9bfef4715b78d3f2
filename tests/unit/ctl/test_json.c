/* SPDX-License-Identifier: ISC */
#include <math.h>

#include <criterion/criterion.h>

#include "ctl/json.h"

static void
check(struct value *value, const char *expected)
{
	struct strbuf out = STRBUF_INIT;

	json_write_value(&out, value);
	cr_assert_str_eq(out.data, expected);
	strbuf_done(&out);
	value_free(value);
}

Test(json, scalars)
{
	check(value_nil(), "null");
	check(value_int(-5), "-5");
	check(value_bool(true), "true");
	check(value_bool(false), "false");
	check(value_double(0.5), "0.5");
	check(value_double(NAN), "null");
	check(value_double(INFINITY), "null");
}

Test(json, strings)
{
	check(value_string(""), "\"\"");
	check(value_string("a\"b\\c/d"), "\"a\\\"b\\\\c/d\"");
	check(value_string("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"");
	check(value_string_len("a\0\x1f", 3), "\"a\\u0000\\u001f\"");
	check(value_string("caf\xc3\xa9"), "\"caf\xc3\xa9\"");
	check(value_string("a\xff\xc3"), "\"a\xef\xbf\xbd\xef\xbf\xbd\"");
}

Test(json, containers)
{
	struct value *list = value_array();
	struct value *map = value_struct();

	check(value_array(), "[]");
	check(value_struct(), "{}");
	value_push(list, value_int(1));
	value_push(list, value_string("x"));
	value_set(map, "b\n", list);
	value_set(map, "a", value_nil());
	check(map, "{\"b\\n\": [1, \"x\"], \"a\": null}");
}
