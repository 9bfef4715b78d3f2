/* SPDX-License-Identifier: ISC */
#ifndef CTL_FOLLOW_H
#define CTL_FOLLOW_H

#include "base/strbuf.h"
#include "ctl/ctl.h"

/* The path of a log as the server streams it; the caller frees. */
char *follow_path(const char *name, const char *channel);
/* What is said before anything that only Ctrl-C ends. */
void follow_announce(void);
/*
 * Copies the stream at the path to stdout until the server ends it or Ctrl-C.
 * If there is none, stderr says why; the exit status does not change
 * (contract C6.9).
 */
void follow_log(struct ctl *, const char *path);

#endif
