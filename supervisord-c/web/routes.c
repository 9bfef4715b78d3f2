/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "base/xmalloc.h"
#include "web/endpoint.h"
#include "web/routes.h"

struct web {
	struct endpoint *endpoint;
};

struct web *
web_create(struct http_server *http, struct supervisor *supervisor,
    struct rpc *rpc)
{
	struct web *web = xcalloc(1, sizeof(*web));

	(void)supervisor;
	web->endpoint = endpoint_create(rpc);
	http_server_route(http, "/RPC2*", HTTP_POST, endpoint_serve,
	    web->endpoint);
	return web;
}

void
web_free(struct web *web)
{
	if (web == NULL)
		return;
	endpoint_free(web->endpoint);
	free(web);
}
