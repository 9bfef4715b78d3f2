/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>

#include "base/xmalloc.h"

#include "preflight/report/report.h"

static struct finding *
found(enum finding_code code, const char *path)
{
	struct finding *finding = finding_create(code, path);

	finding_say(finding, "about %s", path);
	return finding;
}

Test(report, the_same_finding_is_kept_once_for_all_it_is_needed_for)
{
	struct report report;
	struct program_report *web;
	struct finding *first, *second;

	report_init(&report);
	web = report_add_program(&report, "web", "app");
	first = found(PF101, "/home/app");
	strvec_push(&first->needed_for, "/static/");
	first = program_report_add(web, first);
	second = found(PF101, "/home/app");
	strvec_push(&second->needed_for, "/media/");
	second->severity = SEVERITY_CRITICAL;
	cr_expect_eq(program_report_add(web, second), first);
	cr_expect_eq(first->needed_for.len, 2);
	cr_expect_eq(first->severity, SEVERITY_CRITICAL);
	cr_expect_neq(program_report_add(web, found(PF101, "/home")), first);
	cr_expect_eq(web->finding_count, 2);
	report_done(&report);
}

Test(report, the_worst_comes_first_and_everything_is_counted)
{
	struct report report;
	struct program_report *web;
	struct finding *waived;

	report_init(&report);
	web = report_add_program(&report, "web", "app");
	program_report_add(web, found(PF121, "/z"));
	program_report_add(web, found(PF102, "/b"));
	program_report_add(web, found(PF102, "/a"));
	program_report_add(web, found(PF122, "/v"));
	waived = program_report_add(web, found(PF101, "/w"));
	waived->waived = true;
	waived->uid = 33;
	report_finish(&report);
	cr_expect_eq(web->findings[0]->code, PF101);
	cr_expect_str_eq(web->findings[0]->fingerprint, "PF101:web:/w:33");
	cr_expect_str_eq(web->findings[1]->path, "/a");
	cr_expect_str_eq(web->findings[2]->path, "/b");
	cr_expect_eq(web->findings[4]->code, PF122);
	cr_expect_eq(report.summary[SEVERITY_ERROR], 2);
	cr_expect_eq(report.summary[SEVERITY_UNDECIDED], 1);
	cr_expect_eq(report.waived, 1);
	cr_expect_eq(web->result, CHECK_FAIL);
	report_done(&report);
}

Test(report, programs_are_sorted_and_checks_numbered_by_kind)
{
	struct report report;
	struct program_report *web;

	report_init(&report);
	web = report_add_program(&report, "web", "app");
	program_report_add_check(web, "static-tree", "/a");
	program_report_add_check(web, "socket", "/s");
	program_report_add_check(web, "static-tree", "/b");
	report_add_program(&report, "api", NULL);
	report_finish(&report);
	cr_expect_str_eq(report.programs[0].name, "api");
	cr_expect_eq(report.programs[0].result, CHECK_SKIPPED);
	web = &report.programs[1];
	cr_expect_str_eq(web->checks[2].id, "web/static-tree/2");
	cr_expect_str_eq(web->checks[1].id, "web/socket/1");
	cr_expect_eq(web->result, CHECK_PASS);
	report_done(&report);
}

Test(report, a_check_is_as_bad_as_what_it_led_to)
{
	struct report report;
	struct program_report *web;
	struct check *check;

	report_init(&report);
	web = report_add_program(&report, "web", "app");
	check = program_report_add_check(web, "static-tree", "/a");
	check_add_finding(check, program_report_add(web, found(PF122, "/a")));
	report_finish(&report);
	cr_expect_eq(web->checks[0].result, CHECK_UNDECIDED);
	cr_expect_eq(web->result, CHECK_UNDECIDED);
	check_add_finding(&web->checks[0],
	    program_report_add(web, found(PF101, "/a")));
	report_finish(&report);
	cr_expect_eq(web->checks[0].result, CHECK_FAIL);
	cr_expect_eq(web->result, CHECK_FAIL);
	report_done(&report);
}
