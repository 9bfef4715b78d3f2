/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_PREFLIGHT_KEYS_H
#define PREFLIGHT_PREFLIGHT_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strvec.h"

struct config;
struct settings;

/*
 * What supervisord.conf says about preflight for one program (contract P3.1,
 * P3.2): its own preflight_* keys, then [preflight:x], then [preflight].
 */

enum preflight_mode {
	PREFLIGHT_OFF,
	PREFLIGHT_WARN,
	PREFLIGHT_BLOCK,
};

/* A tree or file that is served although the nginx config may not say so. */
struct served_path {
	char *path;
	char *url;	     /* NULL: not said */
	long max_unreadable; /* files of it that may be so */
};

struct preflight_keys {
	enum preflight_mode mode;
	bool mode_said;		    /* else the default of contract P3.1 */
	char *nginx;		    /* "auto", "none", a path, "pid:..." */
	struct strvec more_nginx;   /* further ones, from a policy */
	bool nginx_dump;	    /* nginx itself is asked, too */
	struct strvec dumped_nginx; /* of these alone, from a policy */
	bool demanded;	  /* the pairing was asked for: none is an error */
	char *nginx_user; /* user[:group], NULL: by config */
	struct strvec servers;
	struct served_path *served;
	size_t served_count;
	struct strvec sockets;
	int socket_mode; /* -1: by the server */
	bool exclusive;	 /* nobody else may connect */
	struct strvec uploads;
	char *policy; /* NULL: none */
	long timeout_s;
	long budget_files, budget_opens; /* 0: default */
	bool confirm_http;
	char *runtime_dir; /* NULL: none */
};

/*
 * Reads the keys of a program with these unknown keys in its own section.
 * Returns -1 with a sentence in *cause about a value that is none.  The caller
 * frees with preflight_keys_done either way.
 */
struct preflight_source {
	const struct config *config;
	const struct settings *own;
	const char *program, *group;
};

int preflight_keys_read(const struct preflight_source *,
    struct preflight_keys *, char **cause);
void preflight_keys_done(struct preflight_keys *);

/* A key of [preflight], or NULL. */
const char *preflight_global(const struct config *, const char *key);

#endif
