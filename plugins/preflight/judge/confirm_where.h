/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_CONFIRM_WHERE_H
#define PREFLIGHT_CONFIRM_WHERE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "preflight/nginx/nginx_location.h"

/*
 * How to ask one of nginx's servers over loopback, and no other.
 */

/* An address of this machine alone; the socket's type of either family. */
union loopback {
	struct sockaddr any;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
};

struct confirm_where {
	union loopback address;
	char *host; /* the request's Host */
};

/*
 * False if the server does not listen in plain HTTP where this machine alone
 * can ask, or if no Host is sure to lead to it: servers that share an address
 * are told apart by it.  The caller frees the host after true.
 */
bool confirm_where_find(const struct nginx_model *, const struct nginx_server *,
    struct confirm_where *);

#endif
