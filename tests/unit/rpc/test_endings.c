/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>

#include "rpc/endings.h"

static void
expect_order(const struct endings *endings, const size_t *order, size_t count)
{
	cr_expect_eq(endings->count, count);
	for (size_t i = 0; i < count; i++)
		cr_expect_eq(endings->order[i], order[i], "place %zu", i);
}

Test(endings, of_one_look_stand_in_the_order_of_the_configuration)
{
	static const size_t order[] = { 0, 1, 2, 3 };
	struct endings endings;

	endings_init(&endings, 4);
	endings_add(&endings, 2, 1000);
	endings_add(&endings, 3, 1000);
	endings_add(&endings, 0, 1010);
	endings_add(&endings, 1, 1049);
	expect_order(&endings, order, 4);
	endings_done(&endings);
}

Test(endings, of_later_looks_come_later)
{
	static const size_t order[] = { 3, 4, 1, 2, 0 };
	struct endings endings;

	endings_init(&endings, 5);
	endings_add(&endings, 4, 0);
	endings_add(&endings, 3, 49);
	endings_add(&endings, 2, 50);
	endings_add(&endings, 1, 99);
	endings_add(&endings, 0, 100);
	expect_order(&endings, order, 5);
	endings_done(&endings);
}

Test(endings, at_once_come_before_those_that_were_waited_for)
{
	static const size_t order[] = { 1, 2, 0 };
	struct endings endings;

	endings_init(&endings, 3);
	endings_add(&endings, 1, 7);
	endings_add(&endings, 2, 7);
	endings_next_look(&endings);
	endings_add(&endings, 0, 7);
	expect_order(&endings, order, 3);
	endings_done(&endings);
}

Test(endings, may_be_none)
{
	struct endings endings;

	endings_init(&endings, 0);
	expect_order(&endings, NULL, 0);
	endings_done(&endings);
}
