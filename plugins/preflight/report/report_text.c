/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "preflight/report/quote.h"
#include "preflight/report/report.h"
#include "preflight/report/report_text.h"

/*
 * The report for somebody in front of a terminal: a line a program, a
 * paragraph a finding, the worst first.  Everything that came from the file
 * system is escaped.
 */

#define RESULT_COLUMN 84
#define INDENT	      "       "

static const char *const result_words[] = {
	[CHECK_SKIPPED] = "skipped",
	[CHECK_PASS] = "pass",
	[CHECK_WAIVED] = "waived",
	[CHECK_UNDECIDED] = "UNDECIDED",
	[CHECK_FAIL] = "FAIL",
};

static void
add_counts(struct strbuf *out, struct finding *const *findings, size_t count)
{
	unsigned int counts[SEVERITY_COUNT] = { 0 }, waived = 0;

	for (size_t i = 0; i < count; i++) {
		if (findings[i]->waived)
			waived++;
		else
			counts[findings[i]->severity]++;
	}
	for (int i = SEVERITY_COUNT - 1; i >= 0; i--) {
		if (counts[i] == 0)
			continue;
		strbuf_addf(out, "  %u %s%s", counts[i],
		    severity_name((enum severity)i),
		    counts[i] > 1 &&
			    (i == SEVERITY_ERROR || i == SEVERITY_WARNING ||
				i == SEVERITY_NOTICE)
			? "s"
			: "");
	}
	if (waived > 0)
		strbuf_addf(out, "  %u waived", waived);
}

static void
add_identity(struct strbuf *out, const struct report_identity *identity)
{
	strbuf_addf(out, "nginx %s", identity->user);
	if (identity->pid_count > 0) {
		strbuf_addf(out, ": pid%s", identity->pid_count > 1 ? "s" : "");
		for (size_t i = 0; i < identity->pid_count && i < 8; i++)
			strbuf_addf(out, " %ld", (long)identity->pids[i]);
		if (identity->pid_count > 8)
			strbuf_addstr(out, " ...");
	} else
		strbuf_addf(out, ": by %s", identity->source);
	strbuf_addstr(out, ", groups");
	for (size_t i = 0; i < identity->group_count; i++)
		strbuf_addf(out, " %ld", (long)identity->groups[i]);
}

/* The identities that the program's checks were made with. */
static void
add_identities(struct strbuf *out, const struct report *report,
    const struct program_report *program)
{
	for (size_t i = 0; i < report->identity_count; i++) {
		const struct report_identity *one = &report->identities[i];

		for (size_t j = 0; j < program->check_count; j++) {
			const char *id = program->checks[j].identity;

			if (id != NULL && strcmp(id, one->id) == 0) {
				strbuf_addstr(out, ", ");
				add_identity(out, one);
				break;
			}
		}
	}
}

static void
add_headline(struct strbuf *out, const struct report *report,
    const struct program_report *program)
{
	size_t start = out->len, len;

	quote_text(out, program->name);
	strbuf_addstr(out, "  (");
	if (program->user != NULL) {
		strbuf_addstr(out, "user ");
		quote_text(out, program->user);
	} else
		strbuf_addstr(out, "user of the manager");
	add_identities(out, report, program);
	strbuf_addch(out, ')');
	len = out->len - start;
	strbuf_addf(out, "%*s",
	    len < RESULT_COLUMN ? (int)(RESULT_COLUMN - len) : 2, "");
	strbuf_addstr(out, result_words[program->result]);
	add_counts(out, program->findings, program->finding_count);
	if (program->finding_count == 0 && program->check_count > 0)
		strbuf_addf(out, "  %zu check%s", program->check_count,
		    program->check_count == 1 ? "" : "s");
	strbuf_addch(out, '\n');
}

/* Line by line; the blanks in front of a directive stay as they are. */
static void
add_diff(struct strbuf *out, const char *diff)
{
	char *copy = xstrdup(diff), *rest = copy, *line;
	size_t blanks;

	while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
		blanks = 1 + strspn(line + 1, " \t");
		strbuf_addf(out, "\n" INDENT "       %.*s", (int)blanks, line);
		quote_text(out, line + blanks);
	}
	free(copy);
}

static void
add_fix(struct strbuf *out, const struct fix *fix, size_t number)
{
	if (fix->advised)
		strbuf_addf(out, INDENT "fix %zu  ", number);
	else
		strbuf_addstr(out,
		    strcmp(fix->id, "seed-membership") == 0 ? INDENT "seed   "
							    : INDENT "or     ");
	for (size_t i = 0; i < fix->command_count; i++) {
		if (i > 0)
			strbuf_addstr(out, "\n" INDENT "       ");
		quote_command(out, &fix->commands[i].words);
	}
	if (fix->text != NULL) {
		if (fix->command_count > 0)
			strbuf_addstr(out, "\n" INDENT "       ");
		quote_text(out, fix->text);
	}
	if (fix->diff != NULL)
		add_diff(out, fix->diff);
	strbuf_addstr(out, "\n" INDENT "       ");
	if (!fix->advised)
		strbuf_addstr(out, "NOT advised: ");
	else if (fix->takes_effect != NULL)
		strbuf_addf(out, "effective %s; ", fix->takes_effect);
	quote_text(out,
	    fix->price == NULL ? "nobody else gains anything" : fix->price);
	strbuf_addch(out, '\n');
}

static void
add_why(struct strbuf *out, const struct evidence *evidence)
{
	if (evidence->class == NULL)
		return;
	strbuf_addf(out,
	    INDENT "why    the worker is \"%s\" here: has %s, "
		   "needs %s",
	    evidence->class, evidence->have, evidence->need);
	if (evidence->acl != NULL)
		strbuf_addf(out, "; acl %s", evidence->acl);
	strbuf_addch(out, '\n');
}

static void
add_effect(struct strbuf *out, const struct effect *effect)
{
	if (effect->log != NULL) {
		strbuf_addstr(out, INDENT "nginx would log  ");
		quote_text(out, effect->log);
		strbuf_addch(out, '\n');
	}
	if (effect->status == 0)
		return;
	strbuf_addstr(out, INDENT "answer ");
	if (effect->url != NULL) {
		quote_text(out, effect->url);
		strbuf_addstr(out, " would answer ");
	}
	strbuf_addf(out, "%d\n", effect->status);
	if (effect->see.len == 0)
		return;
	strbuf_addstr(out, INDENT "see it ");
	quote_command(out, &effect->see);
	strbuf_addch(out, '\n');
}

static void
add_lines(struct strbuf *out, const char *label, const struct strvec *lines)
{
	for (size_t i = 0; i < lines->len; i++) {
		strbuf_addf(out, INDENT "%s", label);
		quote_text(out, lines->items[i]);
		strbuf_addch(out, '\n');
	}
}

static void
add_finding(struct strbuf *out, const struct finding *finding)
{
	strbuf_addf(out, " %s %s  ", finding_code_id(finding->code),
	    severity_name(finding->severity));
	quote_text(out, finding->message == NULL ? "" : finding->message);
	if (finding->at != NULL) {
		strbuf_addstr(out, "  ");
		quote_text(out, finding->at);
	}
	if (finding->confidence != CONFIDENCE_PROBED)
		strbuf_addf(out, "  (%s)",
		    confidence_name(finding->confidence));
	strbuf_addch(out, '\n');
	if (finding->waived) {
		strbuf_addstr(out, INDENT "waived ");
		quote_text(out, finding->waiver);
		strbuf_addch(out, '\n');
		return;
	}
	add_why(out, &finding->evidence);
	add_lines(out, "for    ", &finding->needed_for);
	add_lines(out, "opens  ", &finding->opens);
	add_effect(out, &finding->effect);
	for (size_t i = 0; i < finding->fix_count; i++)
		add_fix(out, &finding->fixes[i], i + 1);
}

void
report_text_write(const struct report *report, struct strbuf *out)
{
	if (report->finding_count > 0) {
		strbuf_addstr(out, "nginx");
		add_counts(out, report->findings, report->finding_count);
		strbuf_addch(out, '\n');
	}
	for (size_t i = 0; i < report->finding_count; i++)
		add_finding(out, report->findings[i]);
	for (size_t i = 0; i < report->program_count; i++) {
		const struct program_report *program = &report->programs[i];

		add_headline(out, report, program);
		for (size_t j = 0; j < program->finding_count; j++)
			add_finding(out, program->findings[j]);
	}
}
