/* SPDX-License-Identifier: ISC */
#ifndef HTTP_HTTP_SERVER_H
#define HTTP_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/strbuf.h"
#include "loop/loop.h"

/*
 * HTTP/1.x on TCP and unix sockets over evhttp (contract C1).  It knows
 * routes, authentication and limits; what is served is registered from above.
 */
struct http_server;  /* all listeners of the daemon together */
struct http_request; /* one exchange; alive until answered or ended */

enum http_method {
	HTTP_GET = 1,
	HTTP_HEAD = 2,
	HTTP_POST = 4,
	HTTP_OTHER = 8,
};

typedef void (*http_handler_fn)(struct http_request *, void *arg);
/* The client went away before the answer, or a stream ended from its side; the
 * request must not be used after this call. */
typedef void (*http_gone_fn)(struct http_request *, void *arg);

/* What one listener is: copied. */
struct http_listen {
	const char *section; /* for log lines */
	const char *path;    /* unix socket, or NULL */
	const char *host;    /* "" all interfaces, or NULL */
	int port;
	mode_t mode;
	uid_t uid; /* (uid_t)-1: unchanged */
	gid_t gid;
	const char *username; /* NULL: open to all */
	const char *password;
};

struct http_server *http_server_create(struct loop *);
/* Hands what was answered to the kernel, closes everything, unlinks the unix
 * sockets that it made.  Takes NULL. */
void http_server_free(struct http_server *);

/*
 * Opens one more listener; requests are served as soon as the loop runs.
 * Returns -1 with the text of the usage error in *cause (contract D3.6).
 * Safe against stale sockets, never unlinks what is not a socket.
 */
int http_server_listen(struct http_server *, const struct http_listen *,
    char **cause);

/* Whether another server, which takes the place of this one, could listen there:
 * nothing is opened or disturbed.  -1 as http_server_listen. */
int http_server_try(const struct http_server *, const struct http_listen *,
    char **cause);

/*
 * Adds a route; the first that matches wins, in the order of adding.  A path
 * that ends in '*' matches by prefix, another one exactly (after percent
 * decoding, without the query).  A method that is not in the set gets 400; so
 * does anything but GET and HEAD (which get 404) where no route matches.
 */
void http_server_route(struct http_server *, const char *path,
    unsigned int methods, http_handler_fn, void *arg);

/*
 * The request; everything borrowed until it is answered.
 */
enum http_method http_request_method(const struct http_request *);
/* Percent-decoded path without query; raw query or NULL. */
const char *http_request_path(const struct http_request *);
const char *http_request_query(const struct http_request *);
/* NULL if there is none; the name's case does not matter. */
const char *http_request_header(const struct http_request *, const char *name);
const char *http_request_body(const struct http_request *, size_t *len);
/* Whether it came over a unix socket. */
bool http_request_is_local(const struct http_request *);
/* A parameter from the query or (it wins) an urlencoded body, decoded; the
 * caller frees.  Empty counts as absent. */
char *http_request_param(const struct http_request *, const char *name);

/*
 * Answers.  Exactly one of these ends a request; it may be long after the
 * handler returned.  To HEAD only the header is sent.
 */
/* Adds a header to the answer to come. */
void http_reply_header(struct http_request *, const char *name,
    const char *value);
/* A whole answer.  The bytes are copied.  A large one becomes an error 503 while
 * too much of others has not been taken (HTTP_UNSENT_MAX). */
void http_reply(struct http_request *, int status, const char *content_type,
    const void *body, size_t len);
/* The same without a copy: takes the bytes, and leaves the buffer empty. */
void http_reply_strbuf(struct http_request *, int status,
    const char *content_type, struct strbuf *body);
/* The standard page for an error or redirect status (contract C1.4). */
void http_reply_error(struct http_request *, int status);

/*
 * Answers in pieces: chunked, or ended by close if the client speaks HTTP/1.0
 * or wants the connection closed.
 */
/* Sends the header at once. */
void http_stream_begin(struct http_request *, int status,
    const char *content_type);
/* Queues bytes.  Returns how many bytes wait for the client, so that the caller
 * stops reading its source when the client does not. */
size_t http_stream_write(struct http_request *, const void *, size_t len);
/* drained(request, arg) is called whenever everything queued was sent. */
void http_stream_on_drain(struct http_request *, http_gone_fn drained,
    void *arg);
void http_stream_end(struct http_request *);
/* To be told that the client went away; cleared by NULL. */
void http_request_on_gone(struct http_request *, http_gone_fn, void *arg);

#endif
