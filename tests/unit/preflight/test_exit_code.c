/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>

#include "preflight/checker/exit_code.h"
#include "preflight/report/report.h"

static enum exit_code
code_of(const enum finding_code *codes, size_t count, enum undecided_rule rule,
    bool require_probed)
{
	struct report report;
	struct program_report *program;
	enum exit_code code;

	report_init(&report);
	program = report_add_program(&report, "web", NULL);
	for (size_t i = 0; i < count; i++) {
		program_report_add(program, finding_create(codes[i], "/x"));
		if (codes[i] == PF016)
			report_add_identity(&report);
	}
	report_finish(&report);
	exit_code_set(&report, rule, require_probed);
	code = (enum exit_code)report.exit;
	report_done(&report);
	return code;
}

Test(exit_code, the_first_of_4_5_3_1_2_is_returned)
{
	static const enum finding_code all[] = { PF123, PF016, PF001, PF101,
		PF122 };
	static const enum exit_code wanted[] = { EXIT_INCOMPLETE,
		EXIT_NOT_PERMITTED, EXIT_CONFIG, EXIT_FINDINGS, EXIT_UNDECIDED,
		EXIT_PASS };

	for (size_t i = 0; i <= 5; i++)
		cr_expect_eq(code_of(all + i, 5 - i, UNDECIDED_CODE_2, true),
		    wanted[i], "without the first %zu", i);
}

Test(exit_code, all_that_apply_are_kept)
{
	struct report report;
	struct program_report *program;

	report_init(&report);
	program = report_add_program(&report, "web", NULL);
	program_report_add(program, finding_create(PF122, "/x"));
	program_report_add(program, finding_create(PF101, "/x"));
	program_report_add(program, finding_create(PF123, "/x"));
	exit_code_set(&report, UNDECIDED_CODE_2, false);
	cr_assert_eq(report.exit_count, 3);
	cr_expect_eq(report.exits[0], EXIT_INCOMPLETE);
	cr_expect_eq(report.exits[1], EXIT_FINDINGS);
	cr_expect_eq(report.exits[2], EXIT_UNDECIDED);
	report_done(&report);
}

Test(exit_code, undecided_follows_the_rule)
{
	static const enum finding_code one[] = { PF122 };

	cr_expect_eq(code_of(one, 1, UNDECIDED_CODE_2, false), 2);
	cr_expect_eq(code_of(one, 1, UNDECIDED_PASS, false), 0);
	cr_expect_eq(code_of(one, 1, UNDECIDED_WARN, false), 0);
	cr_expect_eq(code_of(one, 1, UNDECIDED_FAIL, false), 1);
}

Test(exit_code, inferred_results_count_unless_probed_ones_are_required)
{
	static const enum finding_code codes[] = { PF016, PF101 };

	cr_expect_eq(code_of(codes, 2, UNDECIDED_CODE_2, false), 1);
	cr_expect_eq(code_of(codes, 2, UNDECIDED_CODE_2, true), 5);
}

Test(exit_code, no_pair_is_an_error_only_where_it_was_asked_for)
{
	struct report report;
	struct program_report *program;
	struct finding *finding;

	report_init(&report);
	program = report_add_program(&report, "web", NULL);
	finding = program_report_add(program, finding_create(PF010, NULL));
	exit_code_set(&report, UNDECIDED_CODE_2, false);
	cr_expect_eq(report.exit, 0);
	finding->severity = SEVERITY_ERROR;
	exit_code_set(&report, UNDECIDED_CODE_2, false);
	cr_expect_eq(report.exit, 3);
	finding->waived = true;
	exit_code_set(&report, UNDECIDED_CODE_2, false);
	cr_expect_eq(report.exit, 0);
	report_done(&report);
}

Test(exit_code, a_broken_configuration_that_matters_to_nobody_does_not_count)
{
	struct report report;
	struct finding *finding;

	report_init(&report);
	finding = report_add(&report, finding_create(PF002, "/etc/n.conf"));
	exit_code_set(&report, UNDECIDED_CODE_2, false);
	cr_expect_eq(report.exit, 3);
	finding->severity = SEVERITY_NOTICE;
	exit_code_set(&report, UNDECIDED_CODE_2, false);
	cr_expect_eq(report.exit, 0);
	report_done(&report);
}
