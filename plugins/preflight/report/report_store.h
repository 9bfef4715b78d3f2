/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_REPORT_STORE_H
#define PREFLIGHT_REPORT_STORE_H

#include <stdbool.h>

#include "base/strbuf.h"
#include "preflight/report/report.h"

/*
 * [preflight] report_dir: the last report about each program, NAME.json for
 * people and NAME.kept for a daemon that is not root, who may show it while
 * what it rests on is the same (contract P6).
 */

/* The text as a file of mode 0600 that is there at once and as a whole; no link
 * is followed.  In a directory of another user root gives it to that one.  -1
 * with *cause. */
int report_file_write(const char *path, const struct strbuf *, char **cause);

/* Stores a report about each program where the report says. */
int report_store(struct report *, char **cause);
/* Appends what is stored about the program, as --format=gate has it; false if
 * there is none or it does not hold any more. */
bool report_store_read(const char *dir, const char *conf, const char *program,
    struct strbuf *out);

#endif
