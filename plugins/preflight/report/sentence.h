/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_SENTENCE_H
#define PREFLIGHT_SENTENCE_H

#include <sys/types.h>

#include "preflight/probe/answer.h"
#include "preflight/report/finding.h"

/*
 * Facts and refusals in words: which directory, which mode, which user.  Every
 * result is the caller's to free.
 */

/* The name of an id, or the number. */
char *sentence_user(uid_t);
char *sentence_group(gid_t);
/* "drwxr-x---" */
char *sentence_mode(mode_t);
/* "drwxr-x--- app:app"; "not looked at" without facts. */
char *sentence_facts(const struct facts *);
/* "u:33:--x g:60:r-x m::---"; NULL without an ACL. */
char *sentence_acl(const struct acl *);

/*
 * Why the worker, called "nginx (www-data)", was refused what it needs of the
 * path: a whole sentence without a full stop.
 */
char *sentence_refusal(const char *worker, const char *path,
    const struct answer *);

/* Fills the finding's evidence from the answer's facts. */
void sentence_evidence(struct finding *, const struct answer *);

#endif
