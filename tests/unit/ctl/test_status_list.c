/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <criterion/redirect.h>

#include "ctl/status_list.h"
#include "infos.h"

static const struct {
	const char *name;
	size_t count;
	const char *missing;
} named[] = {
	{ "cat", 1, NULL },
	{ "cat:cat", 1, NULL },
	{ "grp:*", 2, NULL },
	{ "grp:", 2, NULL },
	{ "grp:pb", 1, NULL },
	{ "grp", 0, "grp: ERROR (no such process)" },
	{ "pa", 0, "pa: ERROR (no such process)" },
	{ "nope:*", 0, "nope: ERROR (no such group)" },
	{ "nope:x", 0, "nope:x: ERROR (no such process)" },
};

Test(status_list, names)
{
	struct value *infos = infos_make();

	for (size_t i = 0; i < sizeof(named) / sizeof(*named); i++) {
		struct status_list list = STATUS_LIST_INIT;

		status_list_add_named(&list, infos, named[i].name);
		cr_assert_eq(list.count, named[i].count, "%s", named[i].name);
		cr_assert_eq(list.missing.len, named[i].missing != NULL);
		if (named[i].missing != NULL)
			cr_assert_str_eq(list.missing.items[0],
			    named[i].missing);
		status_list_done(&list);
	}
	value_free(infos);
}

static const struct {
	const char *pattern;
	size_t count;
} patterns[] = {
	{ "*", 4 },
	{ "c*", 1 },
	{ "*p*", 2 },
	{ "grp:p[ab]", 2 },
	{ "cat:*", 1 },
	{ "*:num_?", 1 },
	{ "x*", 0 },
};

Test(status_list, patterns)
{
	struct value *infos = infos_make();

	for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++) {
		struct status_list list = STATUS_LIST_INIT;

		status_list_add_matching(&list, infos, patterns[i].pattern);
		cr_assert_eq(list.count, patterns[i].count, "%s",
		    patterns[i].pattern);
		cr_assert_eq(list.missing.len, patterns[i].count == 0);
		status_list_done(&list);
	}
	value_free(infos);
}

static int
exit_of(const char *first, const char *second)
{
	struct value *infos = infos_make();
	struct status_list list = STATUS_LIST_INIT;
	struct ctl ctl = { .exit_status = CTL_OK };

	status_list_add_named(&list, infos, first);
	status_list_add_named(&list, infos, second);
	status_list_print(&ctl, &list);
	status_list_done(&list);
	value_free(infos);
	return ctl.exit_status;
}

Test(status_list, exit_status, .init = cr_redirect_stdout)
{
	cr_assert_eq(exit_of("cat", "grp:pb"), CTL_OK);
	cr_assert_eq(exit_of("cat", "nope"), CTL_UNKNOWN);
	cr_assert_eq(exit_of("cat", "grp:pa"), CTL_STOPPED);
	cr_assert_eq(exit_of("grp:pa", "nope"), CTL_STOPPED);
	cr_assert_eq(exit_of("nope", "grp:pa"), CTL_STOPPED);
}
