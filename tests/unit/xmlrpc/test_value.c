/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "xmlrpc/fault.h"
#include "xmlrpc/value.h"

Test(value, members_keep_their_first_place_and_last_value)
{
	struct value *structure = value_struct();
	const char *name = NULL;

	value_set(structure, "b", value_int(1));
	value_set(structure, "a", value_int(2));
	value_set(structure, "b", value_string("three"));
	cr_expect_eq(value_count(structure), 2);
	cr_expect_str_eq(value_as_string(value_member_at(structure, 0, &name),
			     NULL),
	    "three");
	cr_expect_str_eq(name, "b");
	cr_expect_eq(value_as_int(value_member(structure, "a")), 2);
	cr_expect_null(value_member(structure, "c"));
	cr_expect_null(value_member_at(structure, 2, &name));
	value_free(structure);
}

Test(value, arrays_grow)
{
	struct value *array = value_array();

	for (int i = 0; i < 1000; i++)
		value_push(array, value_int(i));
	cr_expect_eq(value_count(array), 1000);
	cr_expect_eq(value_as_int(value_item(array, 999)), 999);
	cr_expect_null(value_item(array, 1000));
	value_free(array);
}

Test(value, a_taken_item_is_the_callers)
{
	struct value *array = value_array();
	struct value *item;

	value_push(array, value_string("x"));
	item = value_take_item(array, 0);
	cr_expect_null(value_take_item(array, 1));
	value_free(array);
	cr_expect_str_eq(value_as_string(item, NULL), "x");
	value_free(item);
}

Test(value, doubles_become_integers_without_undefined_casts)
{
	static const struct {
		double real;
		int64_t integer;
	} rows[] = {
		{ 1.9, 1 },
		{ -1.9, -1 },
		{ 1e300, INT64_MAX },
		{ -1e300, INT64_MIN },
		{ INFINITY, INT64_MAX },
		{ NAN, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct value *value = value_double(rows[i].real);

		cr_expect_eq(value_as_int(value), rows[i].integer);
		value_free(value);
	}
}

Test(value, asking_for_another_type_is_harmless)
{
	struct value *text = value_string_len("a\0b", 3);
	struct value *number = value_int(-7);
	size_t len = 0;

	cr_expect_not_null(value_as_string(text, &len));
	cr_expect_eq(len, 3);
	cr_expect_eq(value_as_int(text), 0);
	cr_expect_eq(value_count(text), 0);
	cr_expect_null(value_item(text, 0));
	cr_expect_null(value_member(text, "a"));
	cr_expect_null(value_as_string(number, &len));
	cr_expect(value_as_bool(number));
	value_free(text);
	value_free(number);
	value_free(NULL);
}

Test(fault, texts)
{
	char *plain = fault_text(FAULT_SHUTDOWN_STATE, NULL);
	char *detailed = fault_text(FAULT_BAD_NAME, "nope");

	cr_expect_str_eq(plain, "SHUTDOWN_STATE");
	cr_expect_str_eq(detailed, "BAD_NAME: nope");
	cr_expect_str_eq(fault_name(92), "CANT_REREAD");
	cr_expect_null(fault_name(5));
	free(plain);
	free(detailed);
}
