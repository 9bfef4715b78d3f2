/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_NGINX_INSTANCE_H
#define PREFLIGHT_NGINX_INSTANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "preflight/nginx/identity.h"
#include "preflight/nginx/nginx_site.h"
#include "preflight/nginx/nginx_user.h"

/*
 * One nginx, running or to be started: its configuration and who its workers
 * are (contract P2.4, P2.5).
 */
struct nginx_instance {
	char *key;	  /* what it was found by: "auto", a path, "pid:..." */
	pid_t master;	  /* 0: not running */
	uid_t master_uid; /* of one that does not run: whoever starts it */
	bool foreign;	  /* it runs in a root or mount namespace of its own */
	struct nginx_site site;
	char *site_problem; /* NULL: the configuration was read */
	struct identities running;
	struct identity computed; /* valid if has_computed */
	bool has_computed;
	/* As configuration and databases have it, also if it is running. */
	struct nginx_user user;
	bool has_user;
	const char *user_code; /* "PF003", "PF008"; NULL: no problem */
	char *user_problem;
	/* Whom to ask as: the running ones, or the computed one. */
	struct identity **identities;
	size_t identity_count;
	const char *source; /* "worker", "config", "assumed" */
};

struct nginx_args;

struct nginx_instances {
	struct nginx_instance **items;
	size_t count;
};

struct nginx_instance_options {
	const char *key;     /* auto, /path/nginx.conf or pid:/file */
	const char *assume;  /* user[:group]; NULL: by the configuration */
	bool ignore_running; /* assume counts although nginx runs */
	const char *root;    /* an unpacked image; NULL: this machine */
	/* How an nginx that does not run will be started, and by whom; NULL:
	 * as usual, by root.  Of the key's configuration, if that is a path. */
	const struct nginx_args *args;
	const struct cred *starter;
	/* The same of what systemd will start, where args do not fit. */
	const struct nginx_args *unit;
	const struct cred *unit_starter;
};

/*
 * Appends what the key stands for, unless it is there already; first and last
 * tell which ones they are (last is one behind).  Problems of a configuration
 * or user are kept in the instance; -1 with *cause if the key cannot be used at
 * all.
 */
struct nginx_range {
	size_t first, last;
};
int nginx_instances_find(struct nginx_instances *,
    const struct nginx_instance_options *, struct nginx_range *, char **cause);
void nginx_instances_done(struct nginx_instances *);

#endif
