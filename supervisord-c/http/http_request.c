/* SPDX-License-Identifier: ISC */
/*
 * A request as its handler sees it.  evhttp has taken it apart; here it is
 * checked for what evhttp lets pass (contract C1.2) and its URI is split,
 * without evhttp's own URI reader, which is stricter than Supervisor's.
 */
#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "base/xmalloc.h"
#include "http/http_parts.h"
#include "http/url.h"

static enum http_method
method_of(struct evhttp_request *ev)
{
	switch (evhttp_request_get_command(ev)) {
	case EVHTTP_REQ_GET:
		return HTTP_GET;
	case EVHTTP_REQ_HEAD:
		return HTTP_HEAD;
	case EVHTTP_REQ_POST:
		return HTTP_POST;
	default:
		return HTTP_OTHER;
	}
}

/* The path and what follows, without scheme and host of the absolute form. */
static const char *
skip_authority(const char *uri)
{
	const char *authority = strstr(uri, "://");
	const char *path;

	if (uri[0] == '/' || authority == NULL)
		return uri;
	path = strpbrk(authority + 3, "/?#");
	return path == NULL ? "/" : path;
}

/* -1 if the decoded path would have a NUL. */
static int
split_uri(struct http_request *request)
{
	const char *uri = skip_authority(evhttp_request_get_uri(request->ev));
	size_t path_len = strcspn(uri, "?#");
	size_t decoded_len;

	request->path = url_decode(uri, path_len, false, &decoded_len);
	if (uri[path_len] == '?') {
		request->query = uri + path_len + 1;
		request->query_len = strcspn(request->query, "#");
	}
	return strlen(request->path) == decoded_len ? 0 : -1;
}

/* 0 if the headers are such that nobody can read them in another way. */
static int
check_headers(const struct http_request *request)
{
	struct evkeyvalq *headers =
	    evhttp_request_get_input_headers(request->ev);
	struct evkeyval *header;
	unsigned int lengths = 0;
	bool chunked = false;

	TAILQ_FOREACH(header, headers, next) {
		if (!utf8_valid(header->value, strlen(header->value)))
			return 400;
		if (strcasecmp(header->key, "Content-Length") == 0)
			lengths++;
		else if (strcasecmp(header->key, "Transfer-Encoding") == 0)
			chunked = true;
	}
	if (lengths > 1 || (lengths == 1 && chunked))
		return 400;
	if (request->method == HTTP_POST && lengths == 0 && !chunked)
		return 411;
	return 0;
}

struct http_request *
http_request_create(struct http_server *server, struct http_conn *conn,
    struct evhttp_request *ev, int *status)
{
	struct http_request *request = xcalloc(1, sizeof(*request));

	request->server = server;
	request->conn = conn;
	request->ev = ev;
	request->method = method_of(ev);
	request->received = clock_wall().tv_sec;
	/* 1.2 is answered as 1.1 (RFC 9110, 2.5), 0.9 as 1.0. */
	ev->minor = ev->major == 1 && ev->minor > 0;
	conn->takes_interim = ev->minor == 1;
	ev->major = 1;
	/* An absolute URI makes it no proxy's: Connection alone decides. */
	ev->flags &= ~EVHTTP_PROXY_REQUEST;
	*status = conn->is_too_new ? 505 : check_headers(request);
	if (split_uri(request) == -1 ||
	    strpbrk(evhttp_request_get_uri(ev), " \t") != NULL)
		*status = 400;
	return request;
}

void
http_request_free(struct http_request *request)
{
	free(request->path);
	free(request->query_text);
	free(request);
}

void
http_request_lost(struct http_request *request)
{
	/* evhttp lets go of a request when writing its answer failed. */
	if (evhttp_request_get_connection(request->ev) == NULL)
		evhttp_request_free(request->ev);
	request->ev = NULL;
	if (request->gone != NULL)
		request->gone(request, request->gone_arg);
	http_request_free(request);
}

enum http_method
http_request_method(const struct http_request *request)
{
	return request->method;
}

const char *
http_request_path(const struct http_request *request)
{
	return request->path;
}

const char *
http_request_query(const struct http_request *request)
{
	/* Made on demand: only the pages ask. */
	struct http_request *mutable = (struct http_request *)request;

	if (request->query == NULL)
		return NULL;
	if (request->query_text == NULL)
		mutable->query_text =
		    xstrndup(request->query, request->query_len);
	return request->query_text;
}

const char *
http_request_header(const struct http_request *request, const char *name)
{
	return evhttp_find_header(evhttp_request_get_input_headers(request->ev),
	    name);
}

const char *
http_request_body(const struct http_request *request, size_t *len)
{
	struct evbuffer *body = evhttp_request_get_input_buffer(request->ev);

	*len = evbuffer_get_length(body);
	return *len == 0 ? "" : (const char *)evbuffer_pullup(body, -1);
}

bool
http_request_is_local(const struct http_request *request)
{
	return request->conn->is_local;
}

char *
http_request_param(const struct http_request *request, const char *name)
{
	char *value = NULL;
	const char *body;
	size_t len;

	if (request->method == HTTP_POST) {
		body = http_request_body(request, &len);
		value = url_param_last(body, len, name);
	}
	if (value == NULL && request->query != NULL)
		value =
		    url_param_first(request->query, request->query_len, name);
	return value;
}

void
http_request_on_gone(struct http_request *request, http_gone_fn gone, void *arg)
{
	request->gone = gone;
	request->gone_arg = arg;
}
