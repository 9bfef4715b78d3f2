/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_NGINX_USER_H
#define PREFLIGHT_NGINX_USER_H

#include <stdbool.h>

#include "base/cred.h"
#include "preflight/nginx/nginx_site.h"

/*
 * Who a worker would be if nginx were started now, by nginx's own rules, which
 * are not those of su(1) (contract P2.4).
 */
struct nginx_user {
	char *user; /* as nginx looks it up */
	char *group;
	struct cred cred;
	const char *source; /* "user directive", "compiled in", "assumed",
			       "master process", "user of the program" */
};

struct nginx_user_options {
	const char *assume; /* "user[:group]"; NULL: from the site */
	const char *root;   /* look in this image's files, no name service */
};

/*
 * 0, or -1 with a sentence in *cause and in *code what it is: "PF003" for names
 * that nginx would not accept, "PF008" if nothing says who it would be.  The
 * caller calls nginx_user_done after success.
 */
int nginx_user_find(const struct nginx_site *,
    const struct nginx_user_options *, struct nginx_user *, const char **code,
    char **cause);
void nginx_user_done(struct nginx_user *);

#endif
