/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <errno.h>

#include "base/xmalloc.h"

#include "preflight/judge/judge.h"

Test(judge, what_the_kernel_cannot_answer_is_undecided)
{
	struct report report;
	struct identity worker = { .cred = { 33, 33, NULL, 0 } };
	struct nginx_instance instance = { .key = NULL };
	struct judge judge = {
		.report = &report,
		.identity = &worker,
		.instance = &instance,
		.user = (char *)"www",
		.worker = (char *)"nginx (www)",
	};
	struct answer answer = {
		.verdict = ANSWER_UNDECIDED,
		.why = WHY_NO_FEATURE,
		.error = EAFNOSUPPORT,
	};

	report_init(&report);
	judge.program = report_add_program(&report, "web", "app");
	program_report_add_check(judge.program, "socket", "/run/s");
	cr_assert(judge_undecided(&judge, 0, "/run/s", &answer));
	cr_assert_eq(judge.program->finding_count, 1);
	cr_expect_eq(judge.program->findings[0]->code, PF903);
	cr_expect_eq(judge.program->findings[0]->severity, SEVERITY_UNDECIDED);
	report_finish(&report);
	cr_expect_eq(report.programs[0].result, CHECK_UNDECIDED);
	answer.verdict = ANSWER_YES;
	cr_expect_not(judge_undecided(&judge, 0, "/run/s", &answer));
	report_done(&report);
}
