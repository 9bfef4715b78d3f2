/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "base/path_below.h"

#include "preflight/report/quote.h"
#include "preflight/report/report.h"
#include "preflight/report/report_gate.h"
#include "preflight/report/report_json.h"

/*
 * The two lines that the daemon's plugin reads.  The sentence is made here and
 * not there, so that the daemon shows exactly what the checker reports.
 */

static const struct program_report *
find_program(const struct report *report, const char *name)
{
	for (size_t i = 0; i < report->program_count; i++) {
		if (strcmp(report->programs[i].name, name) == 0)
			return &report->programs[i];
	}
	return NULL;
}

static bool
is_own(const struct program_report *program, const char *path)
{
	for (size_t i = 0; i < program->places.len; i++) {
		if (path_is_inside(path, program->places.items[i]))
			return true;
	}
	return false;
}

/* Whether the finding may hold a start back.  What was only inferred from modes
 * counts where the program's user sees everything; that the prober could not
 * do its work says nothing about the program. */
static bool
is_proof(const struct program_report *program, const struct finding *finding)
{
	if (finding->code == PF902)
		return false;
	return finding->confidence != CONFIDENCE_INFERRED ||
	    (finding->path != NULL && is_own(program, finding->path));
}

/* A finding of the program, or else of nginx as a whole, that decides: the
 * lists are sorted, so the first at least that severe is the worst. */
static const struct finding *
worst(const struct program_report *program, struct finding *const *findings,
    size_t count, enum severity least, bool proof)
{
	for (size_t i = 0; i < count; i++) {
		if (!findings[i]->waived && findings[i]->severity >= least &&
		    is_proof(program, findings[i]) == proof)
			return findings[i];
	}
	return NULL;
}

static const struct finding *
undecided(struct finding *const *findings, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!findings[i]->waived &&
		    findings[i]->severity == SEVERITY_UNDECIDED)
			return findings[i];
	}
	return NULL;
}

/* That nothing leads to the program is only the consequence when nginx's files
 * cannot be read: the cause says more. */
static const struct finding *
worst_of_both(const struct report *report, const struct program_report *program,
    bool proof)
{
	const struct finding *own = worst(program, program->findings,
	    program->finding_count, report->fail_level, proof);
	const struct finding *nginx = worst(program, report->findings,
	    report->finding_count, report->fail_level, proof);

	return own == NULL || (own->code == PF010 && nginx != NULL) ? nginx
								    : own;
}

struct verdict_line {
	const char *verdict;
	const struct finding *finding;
};

static struct verdict_line
decide(const struct report *report, const struct program_report *program)
{
	struct finding *const *lists[2] = { program->findings,
		report->findings };
	size_t counts[2] = { program->finding_count, report->finding_count };
	const struct finding *found;

	found = worst_of_both(report, program, true);
	if (found != NULL)
		return (struct verdict_line){ "fail", found };
	found = worst_of_both(report, program, false);
	if (found != NULL)
		return (struct verdict_line){ "undecided", found };
	for (int i = 0; i < 2; i++) {
		found = undecided(lists[i], counts[i]);
		if (found != NULL)
			return (struct verdict_line){ "undecided", found };
	}
	for (int i = 0; i < 2; i++) {
		found =
		    worst(program, lists[i], counts[i], SEVERITY_WARNING, true);
		if (found != NULL)
			return (struct verdict_line){ "warn", found };
	}
	return (struct verdict_line){ "ok", NULL };
}

static void
add_sentence(struct strbuf *out, const struct finding *finding)
{
	strbuf_addf(out, "%s ", finding_code_id(finding->code));
	quote_text(out, finding->message == NULL ? "" : finding->message);
	if (finding->code == PF002 && finding->at != NULL) {
		strbuf_addstr(out, " in ");
		quote_text(out, finding->at);
	}
	if (finding->effect.status == 0)
		return;
	strbuf_addstr(out, "; ");
	quote_text(out,
	    finding->effect.url == NULL ? "requests" : finding->effect.url);
	strbuf_addf(out, " would answer %d", finding->effect.status);
}

void
report_gate_write(const struct report *report, const char *name,
    struct strbuf *out)
{
	const struct program_report *program = find_program(report, name);
	struct verdict_line line = { "undecided", NULL };

	if (program != NULL)
		line = decide(report, program);
	strbuf_addf(out, "%s\t", line.verdict);
	if (line.finding != NULL)
		add_sentence(out, line.finding);
	strbuf_addch(out, '\n');
	report_json_write(report, true, out);
}
