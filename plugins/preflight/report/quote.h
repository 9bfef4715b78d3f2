/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_QUOTE_H
#define PREFLIGHT_QUOTE_H

#include <stdbool.h>

#include "base/strbuf.h"
#include "base/strvec.h"

/*
 * Bytes from the file system made fit for a reader: names may hold newlines,
 * escape sequences and bytes that are no UTF-8.
 */

/* For a terminal: control and non-UTF-8 bytes as C escapes (\n, \x1b). */
void quote_text(struct strbuf *, const char *);
/* For formats that only know text: such bytes become U+FFFD.  keep_controls
 * leaves control bytes alone (JSON escapes them itself).  The caller frees. */
char *quote_replaced(const char *, bool keep_controls);
/* A command as it can be pasted into a shell. */
void quote_command(struct strbuf *, const struct strvec *words);

#endif
