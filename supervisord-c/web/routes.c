/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "base/xmalloc.h"
#include "web/endpoint.h"
#include "web/routes.h"
#include "web/site.h"
#include "web/tail.h"

struct web {
	struct endpoint *endpoint;
	struct tails *tails;
	struct site *site;
};

struct web *
web_create(struct http_server *http, struct supervisor *supervisor,
    struct rpc *rpc)
{
	struct web *web = xcalloc(1, sizeof(*web));

	web->endpoint = endpoint_create(rpc);
	web->tails = tails_create(supervisor);
	web->site = site_create(supervisor, rpc);
	/* The first that matches wins (contract C1.5). */
	http_server_route(http, "/RPC2*", HTTP_POST, endpoint_serve,
	    web->endpoint);
	http_server_route(http, "/logtail*", HTTP_GET, tails_serve_process,
	    web->tails);
	http_server_route(http, "/mainlogtail*", HTTP_GET, tails_serve_main,
	    web->tails);
	http_server_route(http, "/*",
	    HTTP_GET | HTTP_HEAD | HTTP_POST | HTTP_OTHER, site_serve,
	    web->site);
	return web;
}

void
web_free(struct web *web)
{
	if (web == NULL)
		return;
	endpoint_free(web->endpoint);
	tails_free(web->tails);
	site_free(web->site);
	free(web);
}
