/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_NGINX_NEEDS_H
#define PREFLIGHT_NGINX_NEEDS_H

#include "preflight/nginx/need.h"
#include "preflight/nginx/nginx_build.h"
#include "preflight/nginx/nginx_location.h"
#include "preflight/nginx/nginx_path.h"

/*
 * From servers and locations to needs (contract P2.3).
 */

struct nginx_needs {
	struct need *items;
	size_t count;
	size_t room;
	const struct nginx_tree *tree; /* this and the following: borrowed */
	const struct nginx_model *model;
	const struct nginx_build *build;
	struct nginx_base base;
};

/* A block that answers requests, and what it belongs to. */
struct nginx_place {
	const struct nginx_node *node;
	const struct nginx_server *server;     /* NULL in a stream block */
	const struct nginx_location *location; /* NULL: the server itself */
	bool nameless;			       /* an if or limit_except in it */
};

/* Fills items from the whole configuration. */
void nginx_needs_collect(struct nginx_needs *);
void nginx_needs_done(struct nginx_needs *);

/*
 * For the collectors.
 */

/*
 * A new need, whose path is taken.  directive NULL: something compiled in.
 * NULL, and path freed, if the same need of the same server is known already.
 * The result is valid until the next one is added.
 */
struct need *nginx_needs_add(struct nginx_needs *, const struct nginx_place *,
    enum need_kind, const struct nginx_node *directive, char *path);

/*
 * One need for each path of the text; afterwards fn, if not NULL, is called
 * for each to fill in the rest.
 */
typedef void need_fill_fn(struct nginx_needs *, const struct nginx_place *,
    struct need *);
void nginx_needs_add_text(struct nginx_needs *, const struct nginx_place *,
    enum need_kind, const struct nginx_node *directive,
    const struct nginx_text *, need_fill_fn *);

/* Fills in how the files of a place are read; docroot is its root or alias. */
void nginx_needs_set_files(const struct nginx_needs *,
    const struct nginx_place *, const struct nginx_text *docroot,
    struct need *);
/* The try_files of the place itself, or NULL: it is not inherited. */
const struct nginx_node *nginx_needs_try_files(const struct nginx_place *);

/* The collectors: each adds what one place needs of its sort. */
typedef void nginx_needs_fn(struct nginx_needs *, const struct nginx_place *);
nginx_needs_fn nginx_needs_static;
nginx_needs_fn nginx_needs_socket;
nginx_needs_fn nginx_needs_auth_http; /* of mail */
nginx_needs_fn nginx_needs_error_page;
nginx_needs_fn nginx_needs_htpasswd;
nginx_needs_fn nginx_needs_tls_key;
nginx_needs_fn nginx_needs_temp;
nginx_needs_fn nginx_needs_log;

#endif
