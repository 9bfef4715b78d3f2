/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_FIX_APPLY_H
#define PREFLIGHT_FIX_APPLY_H

#include <stdbool.h>

struct report;

/*
 * Runs the first advised plan of every finding that has one which was tried in
 * the model (contract P5.6), telling on standard error what it does.  Before
 * that the ACLs of all paths concerned are saved into a file whose name is
 * told.  Needs root, and a terminal to ask on unless yes.  -1 with *cause if
 * nothing was done or something failed.
 */
int fix_apply(const struct report *, bool yes, char **cause);

#endif
