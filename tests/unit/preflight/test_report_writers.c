/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <jansson.h>
#include <string.h>

#include "base/xmalloc.h"

#include "preflight/report/report.h"
#include "preflight/report/report_gate.h"
#include "preflight/report/report_json.h"
#include "preflight/report/report_junit.h"
#include "preflight/report/report_prometheus.h"
#include "preflight/report/report_text.h"
#include "preflight/report/report_yaml.h"

static struct report report;
static struct strbuf out;

/* One program behind a closed home, as the judge would report it. */
static void
make_report(void)
{
	struct report_identity *nginx;
	struct program_report *web;
	struct finding *closed, *secret;
	struct check *check;
	struct fix *fix;

	report_init(&report);
	report.host = xstrdup("box");
	report.exit = 1;
	nginx = report_add_identity(&report);
	nginx->source = xstrdup("worker");
	nginx->user = xstrdup("www-data");
	nginx->uid = 33;
	nginx->gid = 33;
	web = report_add_program(&report, "web", "app");
	check =
	    program_report_add_check(web, "static-tree", "/home/app/st\xff/");
	check->identity = xstrdup("n1");
	check->error = 13;
	closed = finding_create(PF101, "/home/app");
	finding_say(closed,
	    "nginx (www-data) cannot pass through /home/app "
	    "(drwxr-x--- app:app)");
	strvec_push(&closed->needed_for, "/static/ -> /home/app/st\xff/");
	closed->effect.status = 403;
	closed->effect.url = xstrdup("/static/");
	closed->effect.log = xstrdup("open() \"a\x1b\" failed");
	closed->has_evidence = true;
	closed->evidence.mode = xstrdup("0750");
	fix = finding_add_fix(closed, "acl-traverse");
	fix->simulated = SIMULATED_PASS;
	fix_add_command(fix, "setfacl", "-m", "u:33:--x", "/home/app", NULL);
	fix = finding_add_fix(closed, "seed-membership");
	fix->advised = false;
	fix->price = xstrdup("41 more files become readable");
	fix_add_command(fix, "usermod", "-aG", "app", "www-data", NULL);
	check_add_finding(check, program_report_add(web, closed));
	secret = finding_create(PF502, "/home/app/.env");
	finding_say(secret, "/home/app/.env is readable <&>");
	program_report_add(web, secret);
	report_finish(&report);
	strbuf_init(&out);
}

static void
drop_report(void)
{
	report_done(&report);
	strbuf_done(&out);
}

TestSuite(writers, .init = make_report, .fini = drop_report);

Test(writers, json_has_the_members_of_the_schema)
{
	json_t *tree = report_json_tree(&report);
	json_t *program = json_array_get(json_object_get(tree, "programs"), 0);
	json_t *check = json_array_get(json_object_get(program, "checks"), 0);
	json_t *found = json_array_get(json_object_get(program, "findings"), 0);
	const char *fid = json_string_value(
	    json_array_get(json_object_get(check, "findings"), 0));

	cr_expect_str_eq(json_string_value(json_object_get(tree, "schema")),
	    "preflight/1");
	cr_expect_str_eq(json_string_value(json_object_get(check, "errno")),
	    "EACCES");
	cr_expect_str_eq(json_string_value(json_object_get(check, "path")),
	    "/home/app/st\xef\xbf\xbd/");
	cr_expect_str_eq(json_string_value(json_object_get(check, "path_b64")),
	    "L2hvbWUvYXBwL3N0/y8=");
	cr_expect_str_eq(fid, json_string_value(json_object_get(found, "fid")));
	cr_expect_null(json_object_get(found, "path_b64"));
	cr_expect_eq(json_integer_value(
			 json_object_get(json_object_get(tree, "summary"),
			     "error")),
	    1);
	json_decref(tree);
}

/* Case P16. */
Test(writers, json_is_the_same_in_two_runs)
{
	struct strbuf again = STRBUF_INIT;

	report_json_write(&report, false, &out);
	report_finish(&report);
	report_json_write(&report, false, &again);
	cr_expect_str_eq(out.data, again.data);
	strbuf_done(&again);
}

Test(writers, gate_gives_verdict_and_sentence_then_one_line_of_json)
{
	const char *rest;

	report_gate_write(&report, "web", &out);
	rest = strchr(out.data, '\n');
	cr_expect_eq(
	    strncmp(out.data,
		"fail\tPF101 nginx (www-data) cannot "
		"pass through /home/app (drwxr-x--- app:app); /static/ would "
		"answer 403\n{",
		(size_t)(rest - out.data) + 2),
	    0, "%s", out.data);
	cr_expect_eq(strchr(rest + 1, '\n') - out.data, (long)out.len - 1);
	strbuf_clear(&out);
	report_gate_write(&report, "none", &out);
	cr_expect_eq(strncmp(out.data, "undecided\t", 10), 0);
}

Test(writers, gate_warns_below_the_fail_level)
{
	report.programs[0].findings[0]->waived = true;
	report.programs[0].findings[0]->waiver = xstrdup("known to ops");
	report_gate_write(&report, "web", &out);
	cr_expect_eq(strncmp(out.data, "warn\tPF502 ", 11), 0, "%s", out.data);
	report.programs[0].findings[1]->waived = true;
	strbuf_clear(&out);
	report_gate_write(&report, "web", &out);
	cr_expect_eq(strncmp(out.data, "ok\t\n{", 5), 0, "%s", out.data);
}

Test(writers, text_is_for_a_person)
{
	report_text_write(&report, &out);
	cr_expect_not_null(strstr(out.data, "FAIL  1 error  1 warning\n"));
	cr_expect_not_null(strstr(out.data,
	    " PF101 error  nginx (www-data) cannot pass through /home/app"));
	cr_expect_not_null(strstr(out.data, "/home/app/st\\xff/"));
	cr_expect_not_null(strstr(out.data, "a\\x1b"));
	cr_expect_not_null(
	    strstr(out.data, "fix 1  setfacl -m u:33:--x /home/app"));
	cr_expect_not_null(
	    strstr(out.data, "NOT advised: 41 more files become readable"));
}

/* Case P15. */
Test(writers, junit_has_no_bytes_that_xml_forbids)
{
	report_junit_write(&report, &out);
	for (size_t i = 0; i < out.len; i++)
		cr_expect(
		    out.data[i] == '\n' || (unsigned char)out.data[i] >= 0x20);
	cr_expect_not_null(strstr(out.data, "<failure type=\"PF101\""));
	cr_expect_not_null(strstr(out.data,
	    "<testcase name=\"/home/app/st\xef\xbf\xbd/\" "
	    "classname=\"web.static-tree\">"));
	report.fail_level = SEVERITY_WARNING;
	strbuf_clear(&out);
	report_junit_write(&report, &out);
	cr_expect_not_null(strstr(out.data, "readable &lt;&amp;&gt;"));
}

Test(writers, prometheus_counts_what_counts)
{
	struct program_report *odd =
	    report_add_program(&report, "a\"b\n", NULL);

	program_report_add(odd, finding_create(PF213, "/s1"));
	program_report_add(odd, finding_create(PF213, "/s2"));
	report.programs[0].findings[1]->waived = true;
	report_prometheus_write(&report, &out);
	cr_expect_str_eq(out.data,
	    "# HELP preflight_result Findings of the last preflight run, by "
	    "program and code.\n# TYPE preflight_result gauge\n"
	    "preflight_result{program=\"\",code=\"none\"} 0\n"
	    "preflight_result{program=\"web\",code=\"PF101\"} 1\n"
	    "preflight_result{program=\"a\\\"b\\n\",code=\"PF213\"} 2\n");
}

Test(writers, yaml_is_the_same_tree)
{
	char *cause = NULL;

	cr_assert_eq(report_yaml_write(&report, &out, &cause), 0);
	cr_expect_not_null(strstr(out.data, "schema: \"preflight/1\"\n"));
	cr_expect_not_null(strstr(out.data, "exit: 1\n"));
	cr_expect_not_null(strstr(out.data, "code: \"PF101\"\n"));
}
