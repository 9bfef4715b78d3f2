/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_NGINX_URI_H
#define PREFLIGHT_NGINX_URI_H

#include <stdbool.h>

/* The URI with doubled slashes merged and "." and ".." resolved as nginx does
 * before it chooses; NULL if it leads above "/".  The caller frees. */
char *nginx_uri_normal(const char *uri, bool merge_slashes);

#endif
