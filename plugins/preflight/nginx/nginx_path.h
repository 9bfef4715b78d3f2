/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_NGINX_PATH_H
#define PREFLIGHT_NGINX_PATH_H

#include "preflight/nginx/nginx_scope.h"
#include "preflight/nginx/nginx_vars.h"

/*
 * From what is written to file names.
 */

/* What relative paths count from; both end in "/". */
struct nginx_base {
	const char *prefix;
	const char *conf_dir;
};

/* The path without doubled slashes and "." components; ".." and a slash at the
 * end stay.  The caller frees. */
char *nginx_path_clean(const char *path);
/* The path, put below dir (which ends in "/") if it is relative, and cleaned.
 * The caller frees. */
char *nginx_path_below(const char *dir, const char *path);

/*
 * All paths that the text can name in this scope, as nginx_vars_expand gives
 * them; relative ones are put below dir, and empty ones left out as long as
 * there are others.
 */
void nginx_path_expand(const struct nginx_node *scope, const char *text,
    const struct strvec *known, const char *dir, struct nginx_text *);

/*
 * The document root that holds in the scope, or the alias; without either,
 * html below the prefix.  A root ends in no slash, an alias as it is written.
 */
void nginx_path_docroot(const struct nginx_node *scope,
    const struct strvec *known, const struct nginx_base *, struct nginx_text *);
/* Adds $document_root and $realpath_root to what nginx_vars_expand may know, if
 * they are the same for all requests. */
void nginx_path_know_docroot(const struct nginx_node *scope,
    const struct nginx_base *, struct strvec *known);

#endif
