/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"

#include "preflight/policy/policy.h"

/* What a policy read at noon of the day says to a waiver until the other. */
static char *
said(const char *today, const char *until)
{
	char *text = xasprintf("version: 1\nwaivers: [{code: PF101, "
			       "program: web, path: '*', by: anna, "
			       "reason: known to operations, until: %s}]\n",
	    until);
	struct policy policy;
	struct tm tm = { .tm_hour = 12 };
	char *cause = NULL;

	cr_assert_not_null(strptime(today, "%Y-%m-%d", &tm));
	policy_parse("p", text, strlen(text), timegm(&tm), &policy, &cause);
	policy_done(&policy);
	free(text);
	return cause == NULL ? xstrdup("") : cause;
}

Test(policy, a_waiver_reaches_one_year_ahead)
{
	static const struct {
		const char *today, *until;
		bool refused;
	} cases[] = {
		{ "2026-11-26", "2027-11-26", false },
		{ "2026-11-26", "2027-11-27", true },
		{ "2027-11-26", "2028-11-26", false },
		{ "2027-11-26", "2028-11-27", true },
		{ "2028-02-29", "2029-02-28", false },
		{ "2028-02-29", "2029-03-02", true },
		{ "2026-11-26", "2026-02-31", true },
		{ "2026-11-26", "2027-03-31T00", true },
		{ "2026-11-26", "2020-01-01", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *got = said(cases[i].today, cases[i].until);

		cr_expect_eq(*got != '\0', cases[i].refused, "%s: %s",
		    cases[i].until, got);
		free(got);
	}
}
