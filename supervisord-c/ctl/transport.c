/* SPDX-License-Identifier: ISC */
/*
 * HTTP/1.1 as far as the client needs it: POST /RPC2 on a kept connection, and
 * GETs of logs that are followed.  A kept connection that the server has
 * closed meanwhile is noticed before the request is sent, so that no request is
 * ever sent twice.
 */
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/xmalloc.h"
#include "ctl/chunked.h"
#include "ctl/transport.h"

struct transport_stream {
	struct connection connection;
	struct http_head head;
	struct chunked chunked;
};

void
transport_init(struct transport *t, struct server_url url)
{
	*t = (struct transport){
		.url = url,
		.connection = CONNECTION_INIT,
	};
	transport_set_credentials(t, url.username, url.password);
}

void
transport_done(struct transport *t)
{
	connection_close(&t->connection);
	server_url_done(&t->url);
	free(t->authorization);
	t->authorization = NULL;
}

void
transport_set_credentials(struct transport *t, const char *username,
    const char *password)
{
	char *plain, *encoded;

	free(t->authorization);
	t->authorization = NULL;
	if (username == NULL || password == NULL)
		return;
	plain = xasprintf("%s:%s", username, password);
	encoded = base64_encode(plain, strlen(plain));
	t->authorization = xasprintf("Basic %s", encoded);
	free(encoded);
	free(plain);
}

/* The lines that every request has; the caller adds the empty one. */
static void
add_request_head(struct strbuf *out, const struct transport *t,
    const char *method, const char *path)
{
	const struct server_url *url = &t->url;

	strbuf_addf(out, "%s %s HTTP/1.1\r\n", method, path);
	if (url->host == NULL)
		strbuf_addstr(out, "Host: localhost\r\n");
	else if (strchr(url->host, ':') != NULL)
		strbuf_addf(out, "Host: [%s]:%s\r\n", url->host, url->port);
	else
		strbuf_addf(out, "Host: %s:%s\r\n", url->host, url->port);
	strbuf_addstr(out, "User-Agent: supervisorctl-c\r\n");
	if (t->authorization != NULL)
		strbuf_addf(out, "Authorization: %s\r\n", t->authorization);
}

static int
body_failed(struct connection *c, struct connection_error *error,
    enum connection_failure kind)
{
	connection_close(c);
	error->kind = kind;
	error->error = 0;
	return -1;
}

/* A body whose length is known, or that ends with the connection. */
static int
read_plain_body(struct connection *c, int64_t length, struct strbuf *body,
    struct connection_error *error)
{
	ssize_t got = 1;

	while (length == -1 ? got > 0 : (int64_t)c->in.len < length) {
		if ((int64_t)c->in.len > TRANSPORT_BODY_MAX)
			return body_failed(c, error, CONNECTION_TOO_LARGE);
		got = connection_fill(c, error);
		if (got == -1)
			return -1;
		if (got == 0 && length != -1)
			return body_failed(c, error, CONNECTION_CLOSED);
	}
	if (length == -1)
		length = (int64_t)c->in.len;
	strbuf_add(body, c->in.data, (size_t)length);
	strbuf_consume(&c->in, (size_t)length);
	return 0;
}

static int
read_chunked_body(struct connection *c, struct strbuf *body,
    struct connection_error *error)
{
	struct chunked chunked = CHUNKED_INIT;

	for (;;) {
		ssize_t used =
		    chunked_feed(&chunked, c->in.data, c->in.len, body);

		if (used == -1)
			return body_failed(c, error, CONNECTION_NOT_HTTP);
		if ((int64_t)body->len > TRANSPORT_BODY_MAX)
			return body_failed(c, error, CONNECTION_TOO_LARGE);
		strbuf_consume(&c->in, (size_t)used);
		if (chunked.state == CHUNKED_DONE)
			return 0;
		used = connection_fill(c, error);
		if (used == -1)
			return -1;
		if (used == 0)
			return body_failed(c, error, CONNECTION_CLOSED);
	}
}

static int
read_answer(struct connection *c, struct http_answer *answer,
    struct connection_error *error)
{
	struct http_head head;
	int result;

	do {
		if (connection_read_head(c, &head, error) == -1)
			return -1;
		answer->status = head.status;
		free(answer->reason);
		answer->reason = head.reason;
	} while (head.status >= 100 && head.status < 200);

	if (head.chunked)
		result = read_chunked_body(c, &answer->body, error);
	else if (head.length > TRANSPORT_BODY_MAX)
		result = body_failed(c, error, CONNECTION_TOO_LARGE);
	else
		result = read_plain_body(c, head.length, &answer->body, error);
	if (result == 0 &&
	    (!head.keep_alive || (head.length == -1 && !head.chunked)))
		connection_close(c);
	return result;
}

int
transport_post(struct transport *t, const struct strbuf *body,
    struct http_answer *answer, struct connection_error *error)
{
	struct connection *c = &t->connection;
	struct http_answer read = { .body = STRBUF_INIT };
	struct strbuf request = STRBUF_INIT;
	int result;

	if (!connection_is_usable(c) &&
	    connection_open(c, &t->url, error) == -1)
		return -1;
	add_request_head(&request, t, "POST", "/RPC2");
	strbuf_addf(&request,
	    "Content-Type: text/xml\r\nAccept: text/xml\r\n"
	    "%sContent-Length: %zu\r\n\r\n",
	    t->prefer_minimal ? "Prefer: return=minimal\r\n" : "", body->len);
	strbuf_add(&request, body->data, body->len);
	result = connection_send(c, request.data, request.len, error);
	strbuf_done(&request);
	if (result == 0)
		result = read_answer(c, &read, error);
	if (result == 0)
		*answer = read;
	else
		http_answer_done(&read);
	return result;
}

void
http_answer_done(struct http_answer *answer)
{
	free(answer->reason);
	answer->reason = NULL;
	strbuf_done(&answer->body);
}

struct transport_stream *
transport_stream_open(const struct transport *t, const char *path, int *status,
    struct connection_error *error)
{
	struct transport_stream *s = xcalloc(1, sizeof(*s));
	struct strbuf request = STRBUF_INIT;
	int result;

	s->connection = (struct connection)CONNECTION_INIT;
	s->chunked = (struct chunked)CHUNKED_INIT;
	add_request_head(&request, t, "GET", path);
	strbuf_addstr(&request, "Accept: */*\r\n\r\n");
	result = connection_open(&s->connection, &t->url, error);
	if (result == 0)
		result = connection_send(&s->connection, request.data,
		    request.len, error);
	if (result == 0)
		result = connection_read_head(&s->connection, &s->head, error);
	strbuf_done(&request);
	if (result == -1) {
		transport_stream_free(s);
		return NULL;
	}
	*status = s->head.status;
	return s;
}

int
transport_stream_fd(const struct transport_stream *s)
{
	return s->connection.fd;
}

bool
transport_stream_has_data(const struct transport_stream *s)
{
	return s->connection.in.len > 0;
}

int
transport_stream_read(struct transport_stream *s, struct strbuf *out,
    struct connection_error *error)
{
	struct connection *c = &s->connection;
	ssize_t used = (ssize_t)c->in.len;

	if (c->in.len == 0) {
		ssize_t got = connection_fill(c, error);

		if (got <= 0)
			return (int)got;
		used = got;
	}
	if (s->head.chunked)
		used = chunked_feed(&s->chunked, c->in.data, c->in.len, out);
	else
		strbuf_add(out, c->in.data, c->in.len);
	if (used == -1)
		return body_failed(c, error, CONNECTION_NOT_HTTP);
	strbuf_consume(&c->in, (size_t)used);
	return s->chunked.state == CHUNKED_DONE ? 0 : 1;
}

void
transport_stream_free(struct transport_stream *s)
{
	if (s == NULL)
		return;
	connection_close(&s->connection);
	http_head_done(&s->head);
	free(s);
}
