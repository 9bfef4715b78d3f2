/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_NGINX_WANTED_H
#define PREFLIGHT_NGINX_WANTED_H

#include <stdbool.h>

#include "preflight/nginx/need.h"

/*
 * Which files below a need's path its own location answers with (contract
 * P2.7): a regex location, or one that others are carved out of, reads a part
 * of its document root only; a rewrite takes some URIs to other files.
 */

/*
 * Whether nginx, asked for the path relative to the need's path (a directory
 * ends in "/", the root itself is ""), chooses the need's location.  arg is the
 * struct need, which has a URL.  What cannot be decided counts as yes.
 */
bool nginx_wanted(const char *relative, const void *arg);

/* nginx_wanted if it can say no about the need, else NULL. */
bool (*nginx_wanted_filter(const struct need *))(const char *, const void *);

#endif
