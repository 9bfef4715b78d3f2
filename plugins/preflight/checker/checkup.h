/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_CHECKUP_H
#define PREFLIGHT_CHECKUP_H

#include "base/strbuf.h"
#include "preflight/policy/options.h"

struct config;
struct report;

/* supervisord.conf as the options name it, with the users of the image if one
 * was given; NULL with *cause. */
struct config *checkup_config(const struct options *, char **cause);
/* A verdict rests on the configuration's files. */
void checkup_note_config(const struct config *);

/*
 * One whole run: reads supervisord.conf, finds nginx, pairs, asks, judges.  The
 * report is finished and carries its exit code.  -1 with a sentence in *cause
 * if the configuration of the supervisor itself cannot be used.
 */
int checkup_run(const struct options *, struct report *, char **cause);

/* What [preflight] report_dir has about the one program, as --format=gate;
 * nothing is appended if there is nothing that still holds. */
int checkup_stored(const struct options *, struct strbuf *out, char **cause);

#endif
