/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/strvec.h"
#include "base/xmalloc.h"

#include "preflight/policy/baseline.h"
#include "preflight/report/quote.h"
#include "preflight/report/report.h"

/*
 * Fingerprints hold code, program, path and uid, but no line numbers or pids,
 * so a finding keeps its own through restarts and edits.
 */

#define BASELINE_MAX_BYTES (16 * 1024 * 1024)

static void
collect(const json_t *findings, struct strvec *known)
{
	const json_t *finding;
	const char *print;
	size_t index;

	json_array_foreach(findings, index, finding)
	{
		print =
		    json_string_value(json_object_get(finding, "fingerprint"));
		if (print != NULL)
			strvec_push(known, print);
	}
}

static int
read_known(const char *path, struct strvec *known, char **cause)
{
	size_t len, index;
	char *text = fd_read_file(path, BASELINE_MAX_BYTES, &len);
	json_t *tree, *programs, *program;
	json_error_t error;
	const char *schema;

	if (text == NULL)
		return cause_set(cause, "cannot read the baseline %s: %s", path,
		    strerror(errno));
	tree = json_loadb(text, len, 0, &error);
	free(text);
	schema = json_string_value(json_object_get(tree, "schema"));
	if (schema == NULL || strncmp(schema, "preflight/", 10) != 0) {
		json_decref(tree);
		return cause_set(cause, "the baseline %s is no report in JSON",
		    path);
	}
	collect(json_object_get(tree, "findings"), known);
	programs = json_object_get(tree, "programs");
	json_array_foreach(programs, index, program)
	    collect(json_object_get(program, "findings"), known);
	json_decref(tree);
	return 0;
}

/* Fingerprints in a report had their bytes made fit for JSON. */
static bool
is_known(const struct strvec *known, const struct finding *finding)
{
	char *print = quote_replaced(finding->fingerprint, true);
	bool found = strvec_find(known, print) != -1;

	free(print);
	return found;
}

int
baseline_subtract(const char *path, struct report *report, char **cause)
{
	struct strvec known = STRVEC_INIT;

	if (read_known(path, &known, cause) == -1)
		return -1;
	for (size_t i = 0; i < report->program_count; i++) {
		struct program_report *program = &report->programs[i];

		for (size_t j = program->finding_count; j-- > 0;) {
			if (is_known(&known, program->findings[j]))
				program_report_drop(program, j);
		}
	}
	for (size_t i = report->finding_count; i-- > 0;) {
		if (is_known(&known, report->findings[i]))
			report_drop(report, i);
	}
	strvec_done(&known);
	return 0;
}
