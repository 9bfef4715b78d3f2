/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_REPORT_JUNIT_H
#define PREFLIGHT_REPORT_JUNIT_H

#include "base/strbuf.h"

struct report;

/* The report as JUnit's XML: a suite a program, a case a check. */
void report_junit_write(const struct report *, struct strbuf *);

#endif
