/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_NGINX_WRITTEN_H
#define PREFLIGHT_NGINX_WRITTEN_H

#include "base/strvec.h"
#include "preflight/nginx/nginx_site.h"

/*
 * What nginx makes or opens for writing when it starts, or only tests its
 * configuration: absolute paths without variables, those that are compiled in
 * among them, whether they are overridden or not.
 */
struct nginx_written {
	struct strvec files;   /* logs, pid file, lock */
	struct strvec folders; /* of temporary files and caches */
	struct strvec sockets; /* that it listens on */
};

/* Never fails; the caller frees with nginx_written_done. */
void nginx_written_find(const struct nginx_site *, struct nginx_written *);
void nginx_written_done(struct nginx_written *);

#endif
