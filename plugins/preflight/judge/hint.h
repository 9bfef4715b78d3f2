/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_HINT_H
#define PREFLIGHT_HINT_H

#include "preflight/nginx/identity.h"
#include "preflight/probe/answer.h"

/*
 * Why something may be refused although mode and ACL allow it (PF111): the
 * mount it lies on, the worker's confinement.  A phrase for a person ("fuse
 * mount of uid 1000 without allow_other"), which the caller frees; NULL: no
 * idea.
 */
char *hint_unexplained(const struct identity *, const struct answer *);

/* "fuse", "nfs", "tmpfs" ... of statfs(2)'s f_type; NULL for others. */
const char *hint_fs_name(uint32_t fs_type);

#endif
