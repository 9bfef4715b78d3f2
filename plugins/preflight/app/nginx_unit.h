/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_NGINX_UNIT_H
#define PREFLIGHT_NGINX_UNIT_H

#include <stdbool.h>

#include "base/cred.h"

#include "preflight/nginx/nginx_args.h"

/*
 * How systemd will start nginx: nginx.service with its drop-ins, out of the
 * files alone (contract P2.4).
 */
struct nginx_unit {
	struct nginx_args args; /* of ExecStart */
	struct cred starter;	/* of User and its kin */
	bool has_starter;	/* else root */
};

/*
 * Below root, an unpacked image, if that is not NULL.  False if there is no
 * such unit, it is masked, or it does not start an nginx by one command.  The
 * caller calls nginx_unit_done either way.
 */
bool nginx_unit_find(const char *root, struct nginx_unit *);
void nginx_unit_done(struct nginx_unit *);

#endif
