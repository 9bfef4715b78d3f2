/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_PREPARE_H
#define PREFLIGHT_PREPARE_H

#include "base/strbuf.h"
#include "preflight/policy/options.h"

/*
 * What the daemon has done before it starts a program: its
 * preflight_runtime_dir is made.  Appends "ok TAB" or "fail TAB sentence" and
 * a newline, as --format=gate does.  -1 with *cause if the configuration
 * cannot be used.
 */
int prepare_run(const struct options *, struct strbuf *out, char **cause);

#endif
