/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_NGINX_UNIT_H
#define PREFLIGHT_NGINX_UNIT_H

#include <stdbool.h>

#include "preflight/nginx/nginx_args.h"

/*
 * How systemd will start nginx: ExecStart of nginx.service with its drop-ins,
 * out of the files alone (contract P2.4); below root, an unpacked image, if
 * that is not NULL.  False if there is no such unit, it is masked, or it does
 * not start an nginx by one command.  The caller frees args with
 * nginx_args_done either way.
 */
bool nginx_unit_find(const char *root, struct nginx_args *);

#endif
