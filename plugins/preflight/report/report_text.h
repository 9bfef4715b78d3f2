/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_REPORT_TEXT_H
#define PREFLIGHT_REPORT_TEXT_H

#include "base/strbuf.h"

struct report;

/* The report for a person (contract P5.3). */
void report_text_write(const struct report *, struct strbuf *);

#endif
