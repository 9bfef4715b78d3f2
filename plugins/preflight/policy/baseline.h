/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_BASELINE_H
#define PREFLIGHT_BASELINE_H

struct report;

/*
 * Drops every finding whose fingerprint a former JSON report has: only what is
 * new remains.  The report has to be finished, and finished again afterwards.
 * -1 with *cause if the file is no such report.
 */
int baseline_subtract(const char *path, struct report *, char **cause);

#endif
