/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "preflight/report/quote.h"
#include "preflight/report/report.h"
#include "preflight/report/report_prometheus.h"

/*
 * One sample a program and code.  Label values are UTF-8 with three escapes;
 * every other byte that came from a file is made fit before.
 */

#define METRIC "preflight_result"

static void
add_label(struct strbuf *out, const char *raw)
{
	char *clean = quote_replaced(raw, true);

	for (const char *p = clean; *p != '\0'; p++) {
		if (*p == '\n')
			strbuf_addstr(out, "\\n");
		else if (*p == '"' || *p == '\\')
			strbuf_addf(out, "\\%c", *p);
		else
			strbuf_addch(out, *p);
	}
	free(clean);
}

static void
add_sample(struct strbuf *out, const char *program, const char *code,
    unsigned count)
{
	strbuf_addstr(out, METRIC "{program=\"");
	add_label(out, program);
	strbuf_addf(out, "\",code=\"%s\"} %u\n", code, count);
}

static void
add_program(struct strbuf *out, const char *program,
    struct finding *const *findings, size_t count)
{
	unsigned counts[FINDING_CODE_COUNT] = { 0 };
	size_t total = 0;

	for (size_t i = 0; i < count; i++) {
		if (findings[i]->waived)
			continue;
		counts[findings[i]->code]++;
		total++;
	}
	for (int i = 0; i < FINDING_CODE_COUNT; i++) {
		if (counts[i] > 0)
			add_sample(out, program,
			    finding_code_id((enum finding_code)i), counts[i]);
	}
	if (total == 0)
		add_sample(out, program, "none", 0);
}

void
report_prometheus_write(const struct report *report, struct strbuf *out)
{
	strbuf_addstr(out,
	    "# HELP " METRIC " Findings of the last preflight run, by program "
	    "and code.\n# TYPE " METRIC " gauge\n");
	add_program(out, "", report->findings, report->finding_count);
	for (size_t i = 0; i < report->program_count; i++)
		add_program(out, report->programs[i].name,
		    report->programs[i].findings,
		    report->programs[i].finding_count);
}
