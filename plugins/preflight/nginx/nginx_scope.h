/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_NGINX_SCOPE_H
#define PREFLIGHT_NGINX_SCOPE_H

#include <stdbool.h>
#include <stddef.h>

#include "preflight/nginx/nginx_tree.h"

/*
 * What holds in a block: its own directives and those it inherits from the
 * blocks around it (contract P2.6).  A scope is the node of such a block
 * (http, server, location, if, limit_except).
 */

/*
 * The block, scope itself or one around it, that decides this directive; NULL
 * if it is written in none.  Directives that may be given several times are
 * replaced as a whole: all of the answer's children of this name hold.
 */
const struct nginx_node *nginx_scope_level(const struct nginx_node *scope,
    const char *name);

/* The first directive of this name that holds, or NULL. */
const struct nginx_node *nginx_scope_find(const struct nginx_node *scope,
    const char *name);

/* Its first argument, borrowed, or the default. */
const char *nginx_scope_value(const struct nginx_node *scope, const char *name,
    const char *otherwise);
/* Whether its first argument is "on". */
bool nginx_scope_on(const struct nginx_node *scope, const char *name);
/* A size with k, m or g. */
long long nginx_scope_bytes(const struct nginx_node *scope, const char *name,
    long long otherwise);
/* A time in seconds, as "1h 30m" or "60". */
long nginx_scope_seconds(const struct nginx_node *scope, const char *name,
    long otherwise);

/* The root or alias that holds. */
struct nginx_docroot {
	const struct nginx_node *directive; /* NULL: neither is written */
	bool alias;
	/* The location whose name an alias replaces; NULL with a root. */
	const struct nginx_node *location;
};

struct nginx_docroot nginx_scope_docroot(const struct nginx_node *scope);

/* Where the content of a scope comes from. */
enum nginx_content {
	NGINX_CONTENT_FILES,
	NGINX_CONTENT_PASS,   /* directive: *_pass */
	NGINX_CONTENT_RETURN, /* return, or a rewrite to elsewhere */
	NGINX_CONTENT_DENIED, /* access to nobody */
	NGINX_CONTENT_CODE,   /* made by embedded code */
	NGINX_CONTENT_MODULE, /* stub_status and its like */
};

/* directive, if not NULL, becomes what makes it so, or NULL for files. */
enum nginx_content nginx_scope_content(const struct nginx_node *scope,
    const struct nginx_node **directive);

/* Whether the directive hands requests to an application. */
bool nginx_is_pass(const struct nginx_node *);
/* Whether embedded code there can change which files are used. */
bool nginx_is_code(const struct nginx_node *);
/* Whether only some requests get through: a password, addresses, an "if". */
bool nginx_scope_restricted(const struct nginx_node *scope);

#endif
