/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_FIX_WHOLE_H
#define PREFLIGHT_FIX_WHOLE_H

struct judge;

/*
 * Adds plans to the findings of the judge's matters (fix_matter.h), each for
 * all that the finding stands in the way of: nothing of it needs a second plan
 * (contract P4.3).  What no ACL can mend is left out and told.  A finding that
 * has plans of another kind keeps those.
 */
void fix_whole_plan(struct judge *);

#endif
