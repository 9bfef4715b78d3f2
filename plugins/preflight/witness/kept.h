/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_KEPT_H
#define PREFLIGHT_KEPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"

/*
 * An answer that is kept in a file with everything it rests on, to be given
 * again while that is the same (contract P6, TOCTOU).  Whoever keeps the file
 * need not understand it: the daemon holds one in memory for each program.
 */
struct kept {
	uint64_t asked;	    /* digest of what was asked */
	struct strbuf text; /* the answer */
	int exit;
};

/* No answer is given again after so long. */
#define KEPT_MAX_MS    (300 * 1000)
/* So long large trees are not listed again; see witness_holds. */
#define KEPT_GLANCE_MS (30 * 1000)

/*
 * The answer in the file, if it is one to what was asked, not older than
 * max_age_ms (0: of any age), and all it rests on still holds.  The caller
 * frees text if so.
 */
bool kept_read(int fd, int64_t max_age_ms, struct kept *);
/* The same as bytes, for a file of one's own; false without a witness. */
bool kept_pack(const struct kept *, struct strbuf *out);
/* Puts the answer there in place of what is; without a witness nothing. */
void kept_write(int fd, const struct kept *);

#endif
