/* SPDX-License-Identifier: ISC */
#ifndef CTL_CONNECTION_H
#define CTL_CONNECTION_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/strbuf.h"
#include "ctl/http_head.h"
#include "ctl/server_url.h"

/* Why the server could not be asked. */
enum connection_failure {
	CONNECTION_REFUSED, /* nobody listens there */
	CONNECTION_NO_FILE, /* no socket of that name */
	CONNECTION_SYSTEM,  /* another errno */
	CONNECTION_RESOLVE, /* a getaddrinfo(3) error */
	CONNECTION_CLOSED,  /* it closed before it had answered */
	CONNECTION_NOT_HTTP,
	CONNECTION_TOO_LARGE,
};

struct connection_error {
	enum connection_failure kind;
	int error; /* errno or getaddrinfo's number */
};

/* Called about once a second while an answer is awaited. */
typedef void (*connection_wait_fn)(int seconds, void *arg);

/* A blocking connection and what was read but not used yet. */
struct connection {
	int fd; /* -1: closed */
	struct strbuf in;
	connection_wait_fn wait; /* NULL: nobody wants to know */
	void *wait_arg;
};

#define CONNECTION_INIT                                                        \
	{                                                                      \
		.fd = -1, .in = STRBUF_INIT                                    \
	}

/* All of these return -1 with *error set; the connection is closed then. */
int connection_open(struct connection *, const struct server_url *,
    struct connection_error *);
int connection_send(struct connection *, const void *, size_t len,
    struct connection_error *);
/* Reads some bytes, at least one, to the end of in; 0 at the end of the
 * stream.  An interruption by a signal that the program handles is -1. */
ssize_t connection_fill(struct connection *, struct connection_error *);
/* Reads the head of an answer and removes it from in. */
int connection_read_head(struct connection *, struct http_head *,
    struct connection_error *);

/* Whether it can take another request: false also if the server closed it. */
bool connection_is_usable(const struct connection *);
void connection_close(struct connection *);

#endif
