/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_REPORT_GATE_H
#define PREFLIGHT_REPORT_GATE_H

#include "base/strbuf.h"

struct report;

/*
 * For the daemon's plugin: "verdict TAB sentence" about one program, then the
 * whole report as JSON on the next line.  The verdict is ok, warn, fail or
 * undecided; the sentence is what status shows, "" with ok and for a program
 * that the report does not know.
 */
void report_gate_write(const struct report *, const char *program,
    struct strbuf *);

#endif
