/* SPDX-License-Identifier: ISC */
#ifndef CTL_HISTORY_H
#define CTL_HISTORY_H

#include "base/strvec.h"

/* Older lines of the file are forgotten. */
#define HISTORY_LINES_MAX 1000

/*
 * The file of the lines that were typed in shells, one a line, as readline and
 * so Supervisor's client writes it.  Failures are not reported: a shell works
 * without.
 */
void history_load(const char *path, struct strvec *lines);
/* Appends a line; the file is made for its owner only. */
void history_append(const char *path, const char *line);

#endif
