/* SPDX-License-Identifier: ISC */
#ifndef HTTP_HTTP_CONN_H
#define HTTP_HTTP_CONN_H

#include <event2/event.h>
#include <event2/http.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "loop/loop.h"

/*
 * Connections, as far as evhttp leaves something to do (private to the room):
 * their number and life, the time and space that an unfinished request may
 * take, and three corrections to what clients send.
 */
struct http_conn;
struct http_listener;
struct http_request;

/* A request must be complete this long after its first byte; a TCP connection
 * must have begun its first one this long after it was made. */
#define HTTP_REQUEST_MS	     60000
/* What all unfinished requests together may take. */
#define HTTP_UNFINISHED_MAX  (64 * 1024 * 1024)
/* While the answers that clients have not taken yet are more than that, only
 * small ones are given; at unix sockets twice that. */
#define HTTP_UNSENT_MAX	     (64 * 1024 * 1024)
#define HTTP_SMALL_ANSWER    (64 * 1024)
#define HTTP_CONNECTIONS_MAX 1024

TAILQ_HEAD(http_conn_list, http_conn);

/* All connections of a server. */
struct http_conns {
	struct loop *loop;
	struct http_conn_list open;
	struct http_conn_list
	    waiting;	    /* for the rest of a request, oldest first */
	int64_t request_ms; /* HTTP_REQUEST_MS, but in tests */
	struct loop_timer *deadline; /* of the first that waits */
	struct http_conn **by_fd;
	size_t by_fd_size;
	size_t count, max;
	size_t remote, remote_max; /* of them, those by TCP */
	size_t unfinished;	   /* bytes */
	/* Called when http_conns_are_full() has changed. */
	void (*crowded)(void *arg);
	/* The client of a request under way has gone. */
	void (*gone)(struct http_request *);
	void *arg;
};

struct http_conn {
	struct http_conns *conns;
	struct http_listener *listener;
	struct bufferevent *bev;
	struct evhttp_connection *ev; /* NULL until evhttp has taken it */
	struct event *closed; /* the peer's end while it waits for an answer */
	struct http_request *request; /* under way, or NULL */
	int fd;
	bool is_local;
	bool at_start;	      /* of a request: no byte of it has been seen */
	bool is_too_new;      /* the request under way: HTTP/2.0 and later */
	bool next_is_too_new; /* the one that is being read */
	bool takes_interim;   /* the request under way: 100 Continue */
	bool is_streaming;    /* its answer has begun and will go on */
	bool is_half_closed;  /* the client will send no more */
	bool is_waiting;
	size_t unfinished;
	int64_t deadline_ms;
	TAILQ_ENTRY(http_conn) next;
	TAILQ_ENTRY(http_conn) next_waiting;
};

void http_conns_init(struct http_conns *, struct loop *);
/* All connections are closed already. */
void http_conns_done(struct http_conns *);

/* Whether accepting has to stop.  The last quarter is for unix sockets: a crowd
 * from the network must not lock out who can do something about it. */
bool http_conns_are_full(const struct http_conns *, bool is_local);

/* Bytes of answers that the kernel has not taken yet. */
size_t http_conns_unsent(const struct http_conns *);

/* For evhttp, which calls it for each connection that it accepts. */
struct bufferevent *http_conn_accept(struct http_conns *,
    struct http_listener *, bool is_local);
/* The connection of a request that evhttp has read; ends the waiting. */
struct http_conn *http_conn_of(struct http_conns *, struct evhttp_request *);
/* From now on the end of the client is noticed (and its request is over), until
 * the request is answered.  A client that only says that it will send no more
 * gets its answer; a stream is over then. */
void http_conn_watch_end(struct http_conn *);
void http_conn_answered(struct http_conn *);
/* Hands what is queued to the kernel, as far as it takes it. */
void http_conns_flush(struct http_conns *);

#endif
