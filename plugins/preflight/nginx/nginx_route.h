/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_NGINX_ROUTE_H
#define PREFLIGHT_NGINX_ROUTE_H

#include "preflight/nginx/nginx_location.h"
#include "preflight/nginx/nginx_path.h"

/*
 * Where one request goes: the location that nginx would choose for a concrete
 * URI, and the files it would try there (contract P2.7).
 */
struct nginx_route {
	/* NULL: none fits, the server's own settings hold. */
	const struct nginx_location *location;
	const struct nginx_node *scope; /* of the location or the server */
	enum nginx_content content;
	const struct nginx_node *directive; /* that makes it so, or NULL */
	int status; /* of a RETURN or DENIED, 301 for a missing slash, 404 for
		       an internal location; 0: depends on the files */
	bool restricted; /* only for some clients, or so often */
	/* A rewrite or a variable decides, the files are incomplete. */
	bool undecided;
	struct strvec files; /* absolute, in the order of trying */
};

/*
 * uri is the decoded path with its leading slash.  The caller calls
 * nginx_route_done.
 */
void nginx_route_find(const struct nginx_server *, const struct nginx_base *,
    const char *uri, struct nginx_route *);
/* The same for a request that nginx makes to itself (error_page, try_files):
 * internal locations are open to it. */
void nginx_route_redirect(const struct nginx_server *,
    const struct nginx_base *, const char *uri, struct nginx_route *);
void nginx_route_done(struct nginx_route *);

/*
 * Whether nginx chooses this location for the URI (NULL: none of them, so that
 * the server answers for itself).  What cannot be decided counts as yes.
 */
bool nginx_route_leads_to(const struct nginx_server *,
    const struct nginx_location *, const char *uri);

/*
 * Whether a request for the URI may be answered with this file; what cannot be
 * decided counts as yes.
 */
bool nginx_route_exposes(const struct nginx_server *, const struct nginx_base *,
    const char *uri, const char *file);

#endif
