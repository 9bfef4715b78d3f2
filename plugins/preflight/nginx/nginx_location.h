/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_NGINX_LOCATION_H
#define PREFLIGHT_NGINX_LOCATION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strvec.h"
#include "preflight/nginx/nginx_tree.h"

/*
 * The servers of a configuration and the locations in them, as nginx
 * understands what is written behind "location" (contract P2.7).
 */

enum nginx_match {
	NGINX_MATCH_PREFIX,
	NGINX_MATCH_PREFIX_FINAL, /* ^~: no regex is asked after it */
	NGINX_MATCH_EXACT,
	NGINX_MATCH_REGEX,
	NGINX_MATCH_REGEX_CASELESS,
	NGINX_MATCH_NAMED, /* @name */
};

/* "rewrite REGEX URI" in a location or server. */
struct nginx_rewrite {
	const struct nginx_node *node;
	void *regex; /* pcre2_code; NULL if it is faulty */
};

/* Those written in one block, up to where "break" or "return" ends them. */
struct nginx_rewrites {
	struct nginx_rewrite *items;
	size_t count;
};

struct nginx_location {
	const struct nginx_node *node;
	enum nginx_match match;
	const char *name; /* the URI, regex or @name, without modifier */
	void *regex;	  /* pcre2_code; NULL if it is none or is faulty */
	bool internal;
	struct nginx_location *locations; /* nested, in the order written */
	size_t location_count;
	struct nginx_rewrites rewrites;
	const struct nginx_location *above; /* NULL directly in the server */
};

struct nginx_server {
	const struct nginx_node *node;
	struct strvec names;   /* arguments of server_name; may be empty */
	struct strvec listens; /* first arguments of listen; may be empty */
	struct nginx_location *locations;
	size_t location_count;
	struct nginx_rewrites rewrites;
};

struct nginx_model {
	struct nginx_server *servers; /* of all http blocks */
	size_t server_count;
};

/* Faulty regexes become problems of the tree, which the model borrows. */
struct nginx_model *nginx_model_create(struct nginx_tree *);
void nginx_model_free(struct nginx_model *);

bool nginx_location_is_regex(const struct nginx_location *);
/* The location that was written with this name, "@" included; NULL. */
const struct nginx_location *nginx_location_named(const struct nginx_server *,
    const char *name);
/* The location, or the one around it, that was made of this block; NULL. */
const struct nginx_location *
nginx_location_around(const struct nginx_location *, const struct nginx_node *);
/* The name of a location block, without modifier. */
const char *nginx_location_name(const struct nginx_node *);

#endif
