/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_NGINX_VARS_H
#define PREFLIGHT_NGINX_VARS_H

#include "base/strvec.h"
#include "preflight/nginx/nginx_tree.h"

/*
 * What an argument with variables comes to (contract P2.9).
 */
struct nginx_text {
	/*
	 * Every value it can have, at least one.  If it is undecided, one:
	 * the constant part up to its last slash, "" if there is none.
	 */
	struct strvec values;
	char *variable; /* the first undecided one, without "$"; else NULL */
};

/*
 * Evaluates text as it would be used in scope: a variable that is set exactly
 * once around it to a value that can be decided is folded, one that comes from
 * a map with literal results yields a candidate for each.  known holds
 * "name=value" for what the caller knows better ("uri", "1"); may be NULL.
 * The caller calls nginx_text_done.
 */
void nginx_vars_expand(const struct nginx_node *scope, const char *text,
    const struct strvec *known, struct nginx_text *);
void nginx_text_done(struct nginx_text *);

/* The length of the variable reference ("$name", "${name}", "$1") at p, 0 if
 * none is there; *name is its name, which the caller frees. */
size_t nginx_vars_reference(const char *p, char **name);

#endif
