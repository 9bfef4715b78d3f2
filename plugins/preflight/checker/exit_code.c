/* SPDX-License-Identifier: ISC */
#include <stddef.h>

#include "preflight/checker/exit_code.h"
#include "preflight/report/report.h"

/*
 * Every finding may set one or more marks; the marks decide in a fixed order,
 * the worst kind of failure first.
 */

struct marks {
	bool incomplete, not_permitted, config, findings, undecided;
};

static bool
is_incomplete(enum finding_code code)
{
	return code == PF123 || code == PF901 || code == PF902;
}

/* PF010 counts only where a pairing was asked for, which made it an error, and
 * a configuration that matters to nobody was made a notice. */
static bool
is_config(const struct finding *finding)
{
	if (finding->severity <= SEVERITY_NOTICE)
		return false;
	return finding->code == PF001 || finding->code == PF002 ||
	    finding->code == PF011 ||
	    (finding->code == PF010 && finding->severity >= SEVERITY_ERROR);
}

static void
mark(struct marks *marks, struct finding *const *findings, size_t count,
    enum severity fail_level)
{
	for (size_t i = 0; i < count; i++) {
		const struct finding *one = findings[i];

		if (one->waived)
			continue;
		if (is_incomplete(one->code))
			marks->incomplete = true;
		if (is_config(one))
			marks->config = true;
		if (one->severity == SEVERITY_UNDECIDED)
			marks->undecided = true;
		else if (one->severity >= fail_level)
			marks->findings = true;
	}
}

static void
add(struct report *report, bool applies, enum exit_code code)
{
	if (applies)
		report->exits[report->exit_count++] = code;
}

void
exit_code_set(struct report *report, enum undecided_rule rule,
    bool require_probed)
{
	struct marks marks = { 0 };

	mark(&marks, report->findings, report->finding_count,
	    report->fail_level);
	for (size_t i = 0; i < report->program_count; i++)
		mark(&marks, report->programs[i].findings,
		    report->programs[i].finding_count, report->fail_level);
	for (size_t i = 0; i < report->identity_count; i++)
		marks.not_permitted |= !report->identities[i].is_taken;
	report->exit_count = 0;
	add(report, marks.incomplete, EXIT_INCOMPLETE);
	add(report, marks.not_permitted && require_probed, EXIT_NOT_PERMITTED);
	add(report, marks.config, EXIT_CONFIG);
	add(report,
	    marks.findings || (marks.undecided && rule == UNDECIDED_FAIL),
	    EXIT_FINDINGS);
	add(report, marks.undecided && rule == UNDECIDED_CODE_2,
	    EXIT_UNDECIDED);
	report->exit = report->exit_count > 0 ? report->exits[0] : EXIT_PASS;
}
