/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_REPORT_JSON_H
#define PREFLIGHT_REPORT_JSON_H

#include <stdbool.h>

#include "base/strbuf.h"

struct json_t;
struct report;

/* The report as the tree of contract P5.4; json_decref it. */
struct json_t *report_json_tree(const struct report *);
/* The same as text with a newline at its end: on one line, or indented. */
void report_json_write(const struct report *, bool one_line, struct strbuf *);

#endif
