/* SPDX-License-Identifier: ISC */
#ifndef HTTP_HTTP_PARTS_H
#define HTTP_HTTP_PARTS_H

#include <event2/http.h>
#include <event2/listener.h>
#include <sys/queue.h>
#include <time.h>

#include "http/http_conn.h"
#include "http/http_guard.h"
#include "http/http_server.h"
#include "http/http_socket.h"

/*
 * What a server and a request are made of (private to the room).
 */
struct http_listener {
	struct http_server *server;
	struct http_socket_file file;
	mode_t mode; /* that the file was made with */
	uid_t uid;
	gid_t gid;
	bool is_lost;	       /* the file, and that was told */
	struct evhttp *evhttp; /* one for each, so that a request knows it */
	struct evconnlistener *socket;
	struct evhttp_bound_socket *bound; /* evhttp's name for the same */
	char *section;
	int port;	/* 0: a unix socket */
	char *username; /* NULL: open to all */
	char *password;
	char *accepted; /* the Authorization header that was right last */
	STAILQ_ENTRY(http_listener) next;
	LIST_ENTRY(http_listener) next_known; /* of all servers */
};

struct http_route {
	char *path; /* without the '*' */
	bool is_prefix;
	unsigned int methods;
	http_handler_fn fn;
	void *arg;
	STAILQ_ENTRY(http_route) next;
};

struct http_server {
	struct loop *loop;
	struct http_conns conns;
	STAILQ_HEAD(, http_listener) listeners;
	STAILQ_HEAD(, http_route) routes; /* in order of adding */
	bool is_ending;
	int64_t tell_again_ms; /* of too many connections */
	bool is_starved;       /* accepting failed a moment ago */
	struct loop_timer *retry;
	struct http_guard *guard;
	struct loop_timer *renewal; /* when their files are looked after */
	time_t date;		    /* that date_text shows */
	char date_text[40];
};

struct http_request {
	struct http_server *server;
	struct http_conn *conn;
	struct evhttp_request *ev;
	enum http_method method;
	char *path;	   /* decoded */
	const char *query; /* in the request's URI, or NULL */
	size_t query_len;
	char *query_text; /* made when asked for */
	time_t received;
	http_gone_fn gone;
	void *gone_arg;
	http_gone_fn drained;
	void *drained_arg;
};

/* What evhttp has read, split; *status is 0, or what to refuse it with. */
struct http_request *http_request_create(struct http_server *,
    struct http_conn *, struct evhttp_request *, int *status);
void http_request_free(struct http_request *);
/* The client is gone: tells whom it concerns, and frees. */
void http_request_lost(struct http_request *);
/* A refusal after which the connection is closed. */
void http_reply_refusal(struct http_request *, int status);

#endif
