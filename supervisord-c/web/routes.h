/* SPDX-License-Identifier: ISC */
#ifndef WEB_ROUTES_H
#define WEB_ROUTES_H

#include "http/http_server.h"
#include "rpc/method.h"
#include "supervisor/supervisor.h"

/* Everything that is served over HTTP (contract C1.5). */
struct web;

/* Registers all routes; the three are borrowed and live longer. */
struct web *web_create(struct http_server *, struct supervisor *, struct rpc *);
/* Before the server is freed: what is under way is dropped.  Takes NULL. */
void web_free(struct web *);

#endif
