/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_TREE_KEY_H
#define PREFLIGHT_TREE_KEY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cred.h"
#include "base/strbuf.h"
#include "preflight/probe/tree_list.h"

/*
 * A listing in bytes, so that a later process can make it again and see
 * whether the tree is still the same: the digest of a listing covers every
 * entry it saw.
 */
void tree_key_write(const struct list_job *, const struct cred *who,
    struct strbuf *);
/* Lists once more, in the view of a process (0: ours); 0 if the bytes are
 * none or nothing can be told. */
uint64_t tree_key_digest(const char *bytes, size_t len, pid_t view);

#endif
