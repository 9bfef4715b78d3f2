/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <strings.h>
#include <sys/queue.h>

#include "base/log.h"
#include "base/repr.h"
#include "base/xmalloc.h"
#include "web/endpoint.h"
#include "web/origin.h"
#include "xmlrpc/reader.h"

/* A request whose answer is still to come. */
struct exchange {
	struct endpoint *endpoint;
	struct http_request *request;
	struct rpc_call *call; /* NULL while rpc_execute runs */
	LIST_ENTRY(exchange) next;
};

struct endpoint {
	struct rpc *rpc;
	LIST_HEAD(, exchange) open;
};

struct endpoint *
endpoint_create(struct rpc *rpc)
{
	struct endpoint *endpoint = xcalloc(1, sizeof(*endpoint));

	endpoint->rpc = rpc;
	LIST_INIT(&endpoint->open);
	return endpoint;
}

static void
exchange_free(struct exchange *exchange)
{
	LIST_REMOVE(exchange, next);
	free(exchange);
}

void
endpoint_free(struct endpoint *endpoint)
{
	struct exchange *exchange;

	if (endpoint == NULL)
		return;
	while ((exchange = LIST_FIRST(&endpoint->open)) != NULL) {
		http_request_on_gone(exchange->request, NULL, NULL);
		rpc_abandon(exchange->call);
		exchange_free(exchange);
	}
	free(endpoint);
}

static void
on_call_done(struct strbuf *document, void *arg)
{
	struct exchange *exchange = arg;

	http_request_on_gone(exchange->request, NULL, NULL);
	http_reply_strbuf(exchange->request, 200, "text/xml", document);
	exchange_free(exchange);
}

static void
on_client_gone(struct http_request *request, void *arg)
{
	struct exchange *exchange = arg;

	(void)request;
	rpc_abandon(exchange->call);
	exchange_free(exchange);
}

/* Our own client says so for the status of many (RFC 7240, section 4.2). */
static bool
prefers_minimal(const struct http_request *request)
{
	const char *prefer = http_request_header(request, "Prefer");

	return prefer != NULL && strcasecmp(prefer, "return=minimal") == 0;
}

static void
execute(struct endpoint *endpoint, struct http_request *request,
    const struct xmlrpc_call *call)
{
	struct exchange *exchange = xcalloc(1, sizeof(*exchange));
	const struct rpc_execution execution = {
		.rpc = endpoint->rpc,
		.method = call->method,
		.params = call->params,
		.is_request = true,
		.brief = prefers_minimal(request),
		.done = on_call_done,
		.arg = exchange,
	};
	struct rpc_call *pending;

	exchange->endpoint = endpoint;
	exchange->request = request;
	LIST_INSERT_HEAD(&endpoint->open, exchange, next);
	pending = rpc_execute(&execution);
	if (pending == NULL)
		return;
	exchange->call = pending;
	http_request_on_gone(request, on_client_gone, exchange);
}

/* Supervisor's words, which people search their logs for. */
static void
refuse(struct http_request *request, const char *body, size_t len,
    const char *why)
{
	char *shown = repr_len(body, len);

	log_errorx("XML-RPC request data %s is invalid: %s", shown, why);
	free(shown);
	http_reply_error(request, 400);
}

void
endpoint_serve(struct http_request *request, void *arg)
{
	struct xmlrpc_call call;
	char *cause = NULL;
	const char *body;
	size_t len;

	if (origin_is_foreign(request)) {
		origin_refuse(request);
		return;
	}
	body = http_request_body(request, &len);
	if (xmlrpc_read_call(body, len, &call, &cause) == -1) {
		refuse(request, body, len, "unmarshallable");
		free(cause);
		return;
	}
	if (call.method[0] == '\0')
		refuse(request, body, len, "no method name");
	else
		execute(arg, request, &call);
	xmlrpc_call_done(&call);
}
