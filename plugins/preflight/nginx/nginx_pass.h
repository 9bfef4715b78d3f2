/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_NGINX_PASS_H
#define PREFLIGHT_NGINX_PASS_H

#include <stdbool.h>

#include "preflight/nginx/nginx_tree.h"

/*
 * Where a *_pass directive leads to (contract P2.8).
 */

/* The address without "http://" and its like; within the text. */
const char *nginx_pass_address(const char *argument);

/* The upstream block of the address's name in the same http or stream block;
 * NULL if there is none. */
const struct nginx_node *nginx_pass_upstream(const struct nginx_node *scope,
    const char *address);

/* Whether it is a server of an upstream block that is asked. */
bool nginx_pass_is_server(const struct nginx_node *);

/*
 * Whether something below the node passes to an address that the function
 * answers true for: a host and a port, perhaps with a URI behind them, or
 * "unix:/path".  Those of upstream blocks and of variables that are always the
 * same are among them; what depends on the request is left out.
 */
bool nginx_passes_to(const struct nginx_node *,
    bool (*is_it)(const char *address, const void *arg), const void *arg);

#endif
