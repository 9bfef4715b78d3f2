/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_REPORT_PROMETHEUS_H
#define PREFLIGHT_REPORT_PROMETHEUS_H

#include "base/strbuf.h"

struct report;

/*
 * The report as Prometheus's text format, for node_exporter's folder of text
 * files (contract P5.4): preflight_result{program,code} is how many findings
 * of the code count, waived ones do not.  A program without any has one line
 * with the code "none" and 0, so that "passed" and "not checked" differ.
 * Findings about nginx itself have the program "".
 */
void report_prometheus_write(const struct report *, struct strbuf *);

#endif
