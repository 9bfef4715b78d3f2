/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_NGINX_SITE_H
#define PREFLIGHT_NGINX_SITE_H

#include <stdbool.h>
#include <stddef.h>

#include "preflight/nginx/need.h"
#include "preflight/nginx/nginx_build.h"
#include "preflight/nginx/nginx_tree.h"

/*
 * What one nginx, running or not, was told to do: its configuration, read
 * without starting nginx and reduced to what a worker must be able to reach.
 */

/* How to find the configuration.  NULL means "as nginx would". */
struct nginx_options {
	const char *binary;    /* the executable, not looked for in root; the
				compiled-in paths are read out of it, it is
				never run */
	const char *conf;      /* -c, or the policy's path */
	const char *prefix;    /* -p */
	const char *globals;   /* -g */
	const char *error_log; /* -e: the log where no directive says one */
	const char *root;      /* an unpacked image; its "/" */
};

struct nginx_site {
	char *conf_path; /* absolute */
	char *conf_dir;	 /* ends in "/" */
	char *globals;	 /* text of -g; NULL without it */
	char *error_log; /* of -e; NULL without it */
	struct nginx_build build;
	char *prefix;	 /* ends in "/" */
	char *user;	 /* of the user directive; NULL without one */
	char *group;	 /* its second argument; NULL without one */
	char *user_file; /* where that stands */
	unsigned user_line;
	char *default_user; /* compiled in; NULL if it could not be found */
	char *default_group;
	bool master_process_off;
	bool has_http;
	bool complete; /* false: a part could not be read, so whatever is not
			  listed is undecided, not fine */
	struct need *needs;
	size_t need_count;
	/* Borrowed from tree. */
	const struct nginx_problem *problems;
	size_t problem_count;
	struct nginx_tree *tree;
	struct nginx_model *model; /* see nginx_location.h */
};

/*
 * Reads the configuration.  0, with everything that is wrong inside the files
 * in problems; -1 with a sentence in *cause if the main file cannot be read
 * (PF001).  The caller calls nginx_site_done either way.
 */
int nginx_site_read(const struct nginx_options *, struct nginx_site *,
    char **cause);
void nginx_site_done(struct nginx_site *);

#endif
