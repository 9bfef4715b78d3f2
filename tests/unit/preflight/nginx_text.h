/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_NGINX_TEXT_H
#define PREFLIGHT_NGINX_TEXT_H

#include "preflight/nginx/nginx_tree.h"

/* A tree of one text, named "t", whose relative includes are not found. */
struct nginx_tree *tree_of_text(const char *text);

#endif
