/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"

#include "preflight/report/quote.h"
#include "preflight/report/report.h"
#include "preflight/report/report_junit.h"

/*
 * The form that build servers read (contract P5.4).  XML 1.0 has no way at all
 * to write most control bytes, so they are replaced.
 */

static void
add_escaped(struct strbuf *out, const char *raw)
{
	char *clean = quote_replaced(raw == NULL ? "" : raw, false);

	for (const char *p = clean; *p != '\0'; p++) {
		switch (*p) {
		case '<':
			strbuf_addstr(out, "&lt;");
			break;
		case '>':
			strbuf_addstr(out, "&gt;");
			break;
		case '&':
			strbuf_addstr(out, "&amp;");
			break;
		case '"':
			strbuf_addstr(out, "&quot;");
			break;
		default:
			strbuf_addch(out, *p);
		}
	}
	free(clean);
}

static void
add_attribute(struct strbuf *out, const char *name, const char *value)
{
	strbuf_addf(out, " %s=\"", name);
	add_escaped(out, value);
	strbuf_addch(out, '"');
}

static bool
fails(const struct finding *finding, const struct report *report)
{
	return !finding->waived && finding->severity >= report->fail_level;
}

/* The inside of a testcase: failures count, the rest explains a skip. */
static void
add_outcome(struct strbuf *out, const struct report *report,
    const struct finding *finding)
{
	bool failed = fails(finding, report);

	strbuf_addf(out, "      <%s", failed ? "failure" : "skipped");
	if (failed)
		add_attribute(out, "type", finding_code_id(finding->code));
	add_attribute(out, "message",
	    finding->waived ? finding->waiver : finding->message);
	strbuf_addstr(out, "/>\n");
}

static bool
worth_showing(const struct finding *finding, const struct report *report)
{
	return finding->waived || finding->severity == SEVERITY_UNDECIDED ||
	    fails(finding, report);
}

static void
open_case(struct strbuf *out, const char *name, const char *program,
    const char *kind)
{
	char *class = xasprintf("%s.%s", program, kind);

	strbuf_addstr(out, "    <testcase");
	add_attribute(out, "name", name);
	add_attribute(out, "classname", class);
	strbuf_addstr(out, ">\n");
	free(class);
}

static void
add_check(struct strbuf *out, const struct report *report,
    const struct program_report *program, const struct check *check)
{
	open_case(out, check->path, program->name, check->kind);
	for (size_t i = 0; i < check->finding_count; i++) {
		if (worth_showing(check->findings[i], report))
			add_outcome(out, report, check->findings[i]);
	}
	strbuf_addstr(out, "    </testcase>\n");
}

static bool
belongs_to_check(const struct program_report *program,
    const struct finding *finding)
{
	for (size_t i = 0; i < program->check_count; i++) {
		for (size_t j = 0; j < program->checks[i].finding_count; j++) {
			if (program->checks[i].findings[j] == finding)
				return true;
		}
	}
	return false;
}

/* Findings that no single check led to get a case of their own. */
static void
add_loose(struct strbuf *out, const struct report *report,
    const struct program_report *program)
{
	for (size_t i = 0; i < program->finding_count; i++) {
		const struct finding *one = program->findings[i];

		if (belongs_to_check(program, one) ||
		    !worth_showing(one, report))
			continue;
		open_case(out, one->path == NULL ? "-" : one->path,
		    program->name, finding_code_name(one->code));
		add_outcome(out, report, one);
		strbuf_addstr(out, "    </testcase>\n");
	}
}

void
report_junit_write(const struct report *report, struct strbuf *out)
{
	const struct program_report nginx = {
		.name = (char *)"nginx",
		.findings = report->findings,
		.finding_count = report->finding_count,
	};

	strbuf_addstr(out,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<testsuites name=\"preflight\">\n");
	strbuf_addstr(out, "  <testsuite name=\"nginx\">\n");
	add_loose(out, report, &nginx);
	strbuf_addstr(out, "  </testsuite>\n");
	for (size_t i = 0; i < report->program_count; i++) {
		const struct program_report *one = &report->programs[i];

		strbuf_addstr(out, "  <testsuite");
		add_attribute(out, "name", one->name);
		strbuf_addstr(out, ">\n");
		for (size_t j = 0; j < one->check_count; j++)
			add_check(out, report, one, &one->checks[j]);
		add_loose(out, report, one);
		strbuf_addstr(out, "  </testsuite>\n");
	}
	strbuf_addstr(out, "</testsuites>\n");
}
