/* SPDX-License-Identifier: ISC */
#ifndef CTL_SHELL_H
#define CTL_SHELL_H

#include "ctl/ctl.h"

/*
 * Shows the status, then reads and runs lines until quit, the end of the input
 * or Ctrl-C (contract C6.11).  A terminal gets editing, completion and, with a
 * history_file, a memory; history_file may be NULL.
 */
void shell_run(struct ctl *, const char *prompt, const char *history_file);

#endif
