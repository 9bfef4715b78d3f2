/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include <criterion/criterion.h>

#include "ctl/namespec.h"

static const struct {
	const char *text, *group, *process;
} rows[] = {
	{ "a", "a", "a" },
	{ "g:p", "g", "p" },
	{ "g:", "g", NULL },
	{ "g:*", "g", NULL },
	{ "g:p:x", "g", "p:x" },
	{ "g:*x", "g", "*x" },
	{ ":p", "", "p" },
};

Test(namespec, splits_at_the_first_colon)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct namespec spec;

		namespec_split(rows[i].text, &spec);
		cr_assert_str_eq(spec.group, rows[i].group);
		if (rows[i].process == NULL)
			cr_assert_null(spec.process);
		else
			cr_assert_str_eq(spec.process, rows[i].process);
		namespec_done(&spec);
	}
}

Test(namespec, joins_to_the_short_form)
{
	char *same = namespec_join("a", "a");
	char *other = namespec_join("g", "p");

	cr_assert_str_eq(same, "a");
	cr_assert_str_eq(other, "g:p");
	free(same);
	free(other);
}
