/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_NGINX_REWRITE_H
#define PREFLIGHT_NGINX_REWRITE_H

#include <stdbool.h>
#include <stddef.h>

#include "preflight/nginx/nginx_location.h"

/*
 * The rewrites that are written in a location itself: after "break" its files
 * are those of another URI than was asked for (contract P2.7).  Those of a
 * server come before a location is looked for.
 */

/*
 * The first rewrite of the location that takes the URI, or NULL.  rest is the
 * offset in the URI behind which everything is its first capture; -1: it is
 * not so.  What cannot be decided is not taken.
 */
const struct nginx_rewrite *nginx_rewrite_of(const struct nginx_location *,
    const char *uri, long *rest);

/*
 * Whether no request can end as this URI: who asks for it is led elsewhere by a
 * rewrite of the server, and no rewrite leads back.
 */
bool nginx_rewrite_hides(const struct nginx_server *, const char *uri);

/*
 * The "return" in an "if" of the block that asks about the URI alone
 * ("if ($uri ~ /\\.)") and takes it; NULL if there is none.  $request_uri is
 * what a client writes, so that a percent sign passes by it.
 */
const struct nginx_node *nginx_rewrite_return(const struct nginx_node *block,
    const char *uri);

/* "break": this location answers for the new URI; no redirect. */
bool nginx_rewrite_stays(const struct nginx_rewrite *);

/* Where the files of the URIs it takes lie, below the document root. */
struct nginx_rewritten {
	char *from;	/* common start of the URIs that keep their end; NULL */
	char *to;	/* constant start of the new URI */
	char *variable; /* not NULL: what stands behind it is not the end of
			   the old URI, but this variable's */
	bool whole;	/* to is the new URI, for all of them */
};

/* To be freed with nginx_rewritten_done. */
void nginx_rewrite_read(const struct nginx_rewrite *, struct nginx_rewritten *);
void nginx_rewritten_done(struct nginx_rewritten *);

#endif
