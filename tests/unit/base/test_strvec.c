/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/strvec.h"
#include "base/xmalloc.h"

static void
expect_joined(const struct strvec *vec, const char *expected)
{
	char *joined = strvec_join(vec, "|");

	cr_expect_str_eq(joined, expected);
	free(joined);
	if (vec->items != NULL)
		cr_expect_null(vec->items[vec->len]);
}

Test(strvec, keeps_strings_in_order)
{
	struct strvec vec = STRVEC_INIT, copy = STRVEC_INIT;

	expect_joined(&vec, "");
	strvec_push(&vec, "b");
	strvec_push_taken(&vec, xstrdup("a"));
	strvec_pushf(&vec, "%d", 10);
	expect_joined(&vec, "b|a|10");
	cr_expect_eq(strvec_find(&vec, "a"), 1);
	cr_expect_eq(strvec_find(&vec, "c"), -1);
	strvec_copy(&copy, &vec);
	strvec_sort(&copy);
	expect_joined(&copy, "10|a|b");
	strvec_remove(&copy, 1);
	expect_joined(&copy, "10|b");
	strvec_done(&copy);
	strvec_done(&vec);
	cr_expect_null(vec.items);
}

Test(strvec, grows_and_sorts_many)
{
	struct strvec vec = STRVEC_INIT;

	for (int i = 999; i >= 0; i--)
		strvec_pushf(&vec, "%03d", i);
	strvec_sort(&vec);
	cr_expect_eq(vec.len, 1000);
	cr_expect_str_eq(vec.items[0], "000");
	cr_expect_str_eq(vec.items[999], "999");
	strvec_done(&vec);
}

Test(strvec, is_an_environment)
{
	struct strvec env = STRVEC_INIT;

	strvec_env_set(&env, "A", "1");
	strvec_env_set(&env, "AB", "2");
	strvec_env_set(&env, "A", "3");
	expect_joined(&env, "A=3|AB=2");
	cr_expect_str_eq(strvec_env_get(&env, "AB"), "2");
	cr_expect_null(strvec_env_get(&env, "B"));
	strvec_done(&env);
}
