/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_FIX_MODEL_H
#define PREFLIGHT_FIX_MODEL_H

#include <stdbool.h>

#include "base/strvec.h"

#include "preflight/probe/access.h"

/*
 * What setfacl makes of an inode, on a copy of its facts: plans are tried on
 * it before they are offered (contract P5.6).
 */

/*
 * Adds the entry u:UID:bits.  A mask that is there is kept but for the bits
 * themselves ("m::" in the command), or made anew of all entries, which is
 * what setfacl does by itself.  False if nothing can be said of the ACL.
 */
bool fix_model_entry(struct facts *, uid_t, unsigned bits, bool new_mask);

/* The mask of the ACL into *mask; false if it has none. */
bool fix_model_mask(const struct facts *, unsigned *mask);

/* Whether the mask holds back an entry for another user or group than the
 * owning one, so that setfacl's new mask would put more of it into force.  That
 * the owning group is held back is what any chmod beside an ACL does. */
bool fix_model_holds_back(const struct facts *, uid_t);

/* Appends "g:devs gets rw- on PATH" for every entry but the user's own that
 * has more after than before. */
void fix_model_gains(const struct facts *before, const struct facts *after,
    uid_t, const char *path, struct strvec *gains);

#endif
