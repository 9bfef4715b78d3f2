/* SPDX-License-Identifier: ISC */
#ifndef WEB_SITE_H
#define WEB_SITE_H

#include "http/http_server.h"
#include "rpc/method.h"
#include "supervisor/supervisor.h"

/* Everything that people look at with a browser (contract C5.1). */
struct site;

struct site *site_create(struct supervisor *, struct rpc *);
void site_free(struct site *); /* takes NULL */
/* The handler for what no other route has; arg is the site. */
void site_serve(struct http_request *, void *arg);

#endif
