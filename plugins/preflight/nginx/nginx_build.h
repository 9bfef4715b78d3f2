/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_NGINX_BUILD_H
#define PREFLIGHT_NGINX_BUILD_H

#include <stddef.h>

/*
 * What was decided when an nginx was built.  It is read out of the executable,
 * which is never run: what "nginx -V" prints lies in it as a text.
 */
struct nginx_build {
	char *binary; /* where it was found; NULL: no nginx */
	char *prefix;
	char *conf_path; /* may be relative to prefix */
	char *user;	 /* NULL: could not be found */
	char *group;
	char *error_log;
	char *access_log;
	char *pid;
	char *lock;
	char *body_temp; /* these NULL: could not be found */
	char *proxy_temp;
	char *fastcgi_temp;
	char *uwsgi_temp;
	char *scgi_temp;
};

/*
 * binary NULL looks at the usual places in root, which is as in image_open.
 * Without an executable the usual paths of distributions stand in.
 */
void nginx_build_read(const char *root, const char *binary,
    struct nginx_build *);
void nginx_build_done(struct nginx_build *);

/* For tests: takes what it needs from the bytes of an executable. */
void nginx_build_scan(const char *data, size_t len, struct nginx_build *);

#endif
