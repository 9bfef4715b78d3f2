/* SPDX-License-Identifier: ISC */
/*
 * Answers.  Every one passes through begin(), which adds what all have in
 * common, and ends in finish(), after which the request is gone and evhttp
 * goes on with what the client sent behind it.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "http/http_parts.h"

static const char *
reason_of(int status)
{
	static const struct {
		int status;
		const char *reason;
	} reasons[] = {
		{ 200, "OK" },
		{ 301, "Moved Permanently" },
		{ 302, "Moved Temporarily" },
		{ 303, "See Other" },
		{ 304, "Not Modified" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 411, "Length Required" },
		{ 413, "Request Entity Too Large" },
		{ 500, "Internal Server Error" },
		{ 503, "Service Unavailable" },
		{ 505, "HTTP Version Not Supported" },
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (reasons[i].status == status)
			return reasons[i].reason;
	}
	return "Unknown";
}

/* The time of the request, as HTTP writes it; made once a second. */
static const char *
date_of(const struct http_request *request)
{
	struct http_server *server = request->server;
	struct tm tm;

	if (server->date != request->received) {
		gmtime_r(&request->received, &tm);
		strftime(server->date_text, sizeof(server->date_text),
		    "%a, %d %b %Y %H:%M:%S GMT", &tm);
		server->date = request->received;
	}
	return server->date_text;
}

void
http_reply_header(struct http_request *request, const char *name,
    const char *value)
{
	evhttp_add_header(evhttp_request_get_output_headers(request->ev), name,
	    value);
}

static const char *
method_name(const struct http_request *request)
{
	static const struct {
		enum evhttp_cmd_type command;
		const char *name;
	} names[] = {
		{ EVHTTP_REQ_GET, "GET" },
		{ EVHTTP_REQ_HEAD, "HEAD" },
		{ EVHTTP_REQ_POST, "POST" },
		{ EVHTTP_REQ_PUT, "PUT" },
		{ EVHTTP_REQ_DELETE, "DELETE" },
		{ EVHTTP_REQ_OPTIONS, "OPTIONS" },
		{ EVHTTP_REQ_TRACE, "TRACE" },
		{ EVHTTP_REQ_CONNECT, "CONNECT" },
		{ EVHTTP_REQ_PATCH, "PATCH" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].command == evhttp_request_get_command(request->ev))
			return names[i].name;
	}
	return "-"; /* evhttp does not keep a name that it does not know */
}

static void
log_access(const struct http_request *request, int status, size_t len)
{
	struct evhttp_connection *ev =
	    evhttp_request_get_connection(request->ev);
	char *address = NULL;
	ev_uint16_t port = 0;
	char stamp[40];
	struct tm tm;

	if (!log_wants(LOG_LEVEL_TRACE))
		return;
	if (request->conn->is_local)
		address = (char *)"localhost";
	else
		evhttp_connection_get_peer(ev, &address, &port);
	localtime_r(&request->received, &tm);
	strftime(stamp, sizeof(stamp), "%d/%b/%Y:%H:%M:%S %z", &tm);
	log_trace("%s:%u - - [%s] \"%s %s HTTP/%d.%d\" %d %zu", address, port,
	    stamp, method_name(request), evhttp_request_get_uri(request->ev),
	    request->ev->major, request->ev->minor, status, len);
}

static void
begin(struct http_request *request, const char *content_type)
{
	http_reply_header(request, "Server", "Medusa/1.12");
	http_reply_header(request, "Date", date_of(request));
	if (content_type != NULL)
		http_reply_header(request, "Content-Type", content_type);
}

/* Lets go of the request and returns evhttp's part, with which the last of the
 * answer is then sent: that may close the connection before it returns. */
static struct evhttp_request *
finish(struct http_request *request)
{
	struct evhttp_request *ev = request->ev;

	http_conn_answered(request->conn);
	http_request_free(request);
	return ev;
}

/* Takes the body. */
static void
send_whole(struct http_request *request, int status, const char *content_type,
    struct evbuffer *body)
{
	char length[24];

	begin(request, content_type);
	snprintf(length, sizeof(length), "%zu", evbuffer_get_length(body));
	if (status != 304)
		http_reply_header(request, "Content-Length", length);
	log_access(request, status, evbuffer_get_length(body));
	if (request->method == HTTP_HEAD)
		evbuffer_drain(body, evbuffer_get_length(body));
	evhttp_send_reply(finish(request), status, reason_of(status), body);
	evbuffer_free(body);
}

/* A log that nobody reads to its end is held in memory until then: as many
 * clients as there may be must not make that many of them. */
static bool
is_too_much(const struct http_request *request, size_t len)
{
	size_t limit = HTTP_UNSENT_MAX * (request->conn->is_local ? 2 : 1);
	size_t unsent;

	if (len <= HTTP_SMALL_ANSWER)
		return false;
	unsent = http_conns_unsent(&request->server->conns);
	if (unsent <= limit)
		return false;
	log_warnx("http: clients have not taken %zu bytes of their answers, "
		  "another of %zu bytes is refused",
	    unsent, len);
	return true;
}

/* Takes the body. */
static void
send_if_small_enough(struct http_request *request, int status,
    const char *content_type, struct evbuffer *body)
{
	if (is_too_much(request, evbuffer_get_length(body))) {
		evbuffer_free(body);
		http_reply_error(request, 503);
	} else {
		send_whole(request, status, content_type, body);
	}
}

static struct evbuffer *
new_body(void)
{
	struct evbuffer *body = evbuffer_new();

	if (body == NULL)
		abort();
	return body;
}

void
http_reply(struct http_request *request, int status, const char *content_type,
    const void *bytes, size_t len)
{
	struct evbuffer *body = new_body();

	evbuffer_add(body, bytes, len);
	send_if_small_enough(request, status, content_type, body);
}

static void
free_text(const void *data, size_t len, void *arg)
{
	(void)data;
	(void)len;
	free(arg);
}

void
http_reply_strbuf(struct http_request *request, int status,
    const char *content_type, struct strbuf *text)
{
	struct evbuffer *body = new_body();
	size_t len = text->len;
	char *data = strbuf_steal(text);

	if (evbuffer_add_reference(body, data, len, free_text, data) == -1)
		abort();
	send_if_small_enough(request, status, content_type, body);
}

void
http_reply_error(struct http_request *request, int status)
{
	struct evbuffer *body = new_body();

	evbuffer_add_printf(body,
	    "<head>\r\n<title>Error response</title>\r\n</head>\r\n<body>\r\n"
	    "<h1>Error response</h1>\r\n<p>Error code %d.\r\n"
	    "<p>Message: %s.\r\n</body>\r\n",
	    status, reason_of(status));
	send_whole(request, status, "text/html", body);
}

void
http_reply_refusal(struct http_request *request, int status)
{
	http_reply_header(request, "Connection", "close");
	http_reply_error(request, status);
}

/* Chunks need 1.1; a client that wants the connection closed after the answer
 * gets plain bytes until then, as one that speaks 1.0 does. */
static void
choose_framing(struct http_request *request)
{
	const char *connection = http_request_header(request, "Connection");
	struct evhttp_request *ev = request->ev;

	if (ev->minor >= 1 &&
	    (connection == NULL || strcasecmp(connection, "close") != 0))
		return;
	ev->minor = 0;
	evhttp_remove_header(evhttp_request_get_input_headers(ev),
	    "Connection");
}

void
http_stream_begin(struct http_request *request, int status,
    const char *content_type)
{
	begin(request, content_type);
	log_access(request, status, 0);
	choose_framing(request);
	request->conn->is_streaming = true;
	evhttp_send_reply_start(request->ev, status, reason_of(status));
}

static void
on_drained(struct evhttp_connection *ev, void *arg)
{
	struct http_request *request = arg;

	(void)ev;
	if (request->drained != NULL)
		request->drained(request, request->drained_arg);
}

size_t
http_stream_write(struct http_request *request, const void *bytes, size_t len)
{
	struct evbuffer *chunk = new_body();

	evbuffer_add(chunk, bytes, len);
	evhttp_send_reply_chunk_with_cb(request->ev, chunk, on_drained,
	    request);
	evbuffer_free(chunk);
	return evbuffer_get_length(bufferevent_get_output(request->conn->bev));
}

void
http_stream_on_drain(struct http_request *request, http_gone_fn drained,
    void *arg)
{
	request->drained = drained;
	request->drained_arg = arg;
}

void
http_stream_end(struct http_request *request)
{
	evhttp_send_reply_end(finish(request));
}
