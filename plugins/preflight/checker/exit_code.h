/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_EXIT_CODE_H
#define PREFLIGHT_EXIT_CODE_H

#include "preflight/policy/options.h"

struct report;

/* Exit codes of contract P5.1. */
enum exit_code {
	EXIT_PASS = 0,
	EXIT_FINDINGS = 1,
	EXIT_UNDECIDED = 2,
	EXIT_CONFIG = 3,
	EXIT_INCOMPLETE = 4,
	EXIT_NOT_PERMITTED = 5,
	EXIT_USAGE = 64,
};

/* Sets the exit codes of a finished report: all that apply, in the order 4, 5,
 * 3, 1, 2, the first of which is returned. */
void exit_code_set(struct report *, enum undecided_rule, bool require_probed);

#endif
