/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <string.h>

#include "preflight/report/finding.h"

Test(finding, codes_keep_their_numbers_and_severities)
{
	cr_expect_str_eq(finding_code_id(PF101), "PF101");
	cr_expect_str_eq(finding_code_name(PF101), "directory-not-searchable");
	cr_expect_eq(finding_code_severity(PF101), SEVERITY_ERROR);
	cr_expect_eq(finding_code_severity(PF122), SEVERITY_UNDECIDED);
	cr_expect_eq(finding_code_severity(PF504), SEVERITY_CRITICAL);
	cr_expect_eq(finding_code_parse("pf502"), PF502);
	cr_expect_eq(finding_code_parse("PF999"), -1);
}

Test(finding, no_name_or_number_occurs_twice)
{
	for (int i = 0; i < FINDING_CODE_COUNT; i++) {
		for (int j = i + 1; j < FINDING_CODE_COUNT; j++)
			cr_expect_str_neq(finding_code_name(
					      (enum finding_code)i),
			    finding_code_name((enum finding_code)j));
		if (i > 0)
			cr_expect_lt(strcmp(finding_code_id(
						(enum finding_code)(i - 1)),
					 finding_code_id((enum finding_code)i)),
			    0);
	}
}

Test(finding, undecided_is_below_every_severity)
{
	cr_expect_lt(SEVERITY_UNDECIDED, SEVERITY_INFO);
	cr_expect_eq(severity_parse("warning"), SEVERITY_WARNING);
	cr_expect_eq(severity_parse("bad"), -1);
}

Test(finding, keeps_commands_and_undo_of_its_fixes)
{
	struct finding *finding = finding_create(PF101, "/home/app");
	struct fix *fix = finding_add_fix(finding, "acl-traverse");

	fix_add_command(fix, "setfacl", "-m", "u:33:--x", "/home/app", NULL);
	fix_set_undo(fix, "setfacl", "--restore=x", NULL);
	finding_say(finding, "%s is closed", finding->path);
	cr_expect_str_eq(finding->message, "/home/app is closed");
	cr_expect_eq(fix->commands[0].words.len, 4);
	cr_expect_str_eq(fix->undo.items[1], "--restore=x");
	finding_free(finding);
	finding_free(NULL);
}
