/* SPDX-License-Identifier: ISC */
/*
 * The server as a whole: its listeners, one evhttp each, its routes, and the
 * way of a request from evhttp through authentication to its handler.
 */
#include <errno.h>
#include <event2/buffer.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "http/http_auth.h"
#include "http/http_parts.h"

#define HEADER_MAX    (128 * 1024)
#define BODY_MAX      (8 * 1024 * 1024)
/* After the system refused to accept, for want of descriptors, or to watch a
 * listening socket. */
#define RETRY_MS      1000
/* A crowd that comes and goes is told of once in this time. */
#define CROWD_TOLD_MS 60000
/* After something happened to the file of a unix socket, and while its folder is
 * missing. */
#define RENEWAL_MS    1000
#define MISSING_MS    5000

static bool
may_accept(const struct http_server *server,
    const struct http_listener *listener)
{
	return !server->is_starved && !server->is_ending &&
	    !http_conns_are_full(&server->conns, listener->file.path != NULL);
}

static void
apply_accepting(struct http_server *server)
{
	struct http_listener *listener;

	STAILQ_FOREACH(listener, &server->listeners, next) {
		if (!may_accept(server, listener))
			evconnlistener_disable(listener->socket);
		else if (evconnlistener_enable(listener->socket) == -1)
			loop_timer_set(server->retry, RETRY_MS);
	}
}

static void
on_crowded(void *arg)
{
	struct http_server *server = arg;
	int64_t now = clock_mono_ms();

	if (http_conns_are_full(&server->conns, false) &&
	    now >= server->tell_again_ms) {
		log_warnx("http: %zu connections are open, "
			  "new ones have to wait",
		    server->conns.count);
		server->tell_again_ms = now + CROWD_TOLD_MS;
	}
	apply_accepting(server);
}

static void
on_retry_due(void *arg)
{
	struct http_server *server = arg;

	server->is_starved = false;
	apply_accepting(server);
}

/* evhttp keeps the argument of this callback for itself, so that only the
 * socket says whose it is. */
static LIST_HEAD(, http_listener) known = LIST_HEAD_INITIALIZER(known);

static struct http_listener *
listener_of(const struct evconnlistener *socket)
{
	struct http_listener *listener;

	LIST_FOREACH(listener, &known, next_known) {
		if (listener->socket == socket)
			break;
	}
	return listener;
}

static void
on_accept_failed(struct evconnlistener *socket, void *evhttp)
{
	struct http_listener *listener = listener_of(socket);

	(void)evhttp;
	log_warn("http: cannot accept on '%s', trying again in %d s",
	    listener->section, RETRY_MS / 1000);
	listener->server->is_starved = true;
	apply_accepting(listener->server);
	loop_timer_set(listener->server->retry, RETRY_MS);
}

static void on_files_changed(void *), on_renewal_due(void *);

struct http_server *
http_server_create(struct loop *loop)
{
	struct http_server *server = xcalloc(1, sizeof(*server));

	server->loop = loop;
	STAILQ_INIT(&server->listeners);
	STAILQ_INIT(&server->routes);
	server->retry = loop_timer_create(loop, on_retry_due, server);
	server->guard = http_guard_create(loop, on_files_changed, server);
	server->renewal = loop_timer_create(loop, on_renewal_due, server);
	http_conns_init(&server->conns, loop);
	server->conns.crowded = on_crowded;
	server->conns.gone = http_request_lost;
	server->conns.arg = server;
	return server;
}

/* Frees its connections too. */
static void
listener_free(struct http_listener *listener)
{
	LIST_REMOVE(listener, next_known);
	if (listener->evhttp != NULL)
		evhttp_free(listener->evhttp);
	http_socket_file_remove(&listener->file);
	free(listener->section);
	free(listener->username);
	free(listener->password);
	free(listener->accepted);
	free(listener);
}

void
http_server_free(struct http_server *server)
{
	struct http_listener *listener;
	struct http_route *route;

	if (server == NULL)
		return;
	http_conns_flush(&server->conns);
	server->is_ending = true;
	while ((listener = STAILQ_FIRST(&server->listeners)) != NULL) {
		STAILQ_REMOVE_HEAD(&server->listeners, next);
		listener_free(listener);
	}
	while ((route = STAILQ_FIRST(&server->routes)) != NULL) {
		STAILQ_REMOVE_HEAD(&server->routes, next);
		free(route->path);
		free(route);
	}
	http_conns_done(&server->conns);
	loop_timer_free(server->retry);
	http_guard_free(server->guard);
	loop_timer_free(server->renewal);
	free(server);
}

void
http_server_route(struct http_server *server, const char *path,
    unsigned int methods, http_handler_fn fn, void *arg)
{
	struct http_route *route = xcalloc(1, sizeof(*route));
	size_t len = strlen(path);

	route->is_prefix = len > 0 && path[len - 1] == '*';
	route->path = xstrndup(path, route->is_prefix ? len - 1 : len);
	route->methods = methods;
	route->fn = fn;
	route->arg = arg;
	STAILQ_INSERT_TAIL(&server->routes, route, next);
}

static bool
route_matches(const struct http_route *route, const char *path)
{
	if (route->is_prefix)
		return strncmp(path, route->path, strlen(route->path)) == 0;
	return strcmp(path, route->path) == 0;
}

static void
serve(struct http_request *request)
{
	struct http_route *route;

	STAILQ_FOREACH(route, &request->server->routes, next) {
		if (!route_matches(route, request->path))
			continue;
		if (route->methods & request->method)
			route->fn(request, route->arg);
		else
			http_reply_error(request, 400);
		return;
	}
	http_reply_error(request,
	    request->method & (HTTP_GET | HTTP_HEAD) ? 404 : 400);
}

/* What was right once is not hashed again: crypt(3) is slow on purpose. */
static enum http_auth
authenticate(struct http_listener *listener, const char *header)
{
	enum http_auth result;

	if (listener->username == NULL)
		return HTTP_AUTH_OK;
	if (header != NULL && listener->accepted != NULL &&
	    http_auth_equal(header, listener->accepted))
		return HTTP_AUTH_OK;
	result =
	    http_auth_check(header, listener->username, listener->password);
	if (result == HTTP_AUTH_OK) {
		free(listener->accepted);
		listener->accepted = xstrdup(header);
	}
	return result;
}

static void
serve_if_allowed(struct http_request *request)
{
	const char *header = http_request_header(request, "Authorization");

	switch (authenticate(request->conn->listener, header)) {
	case HTTP_AUTH_OK:
		serve(request);
		return;
	case HTTP_AUTH_REFUSED:
		http_reply_header(request, "WWW-Authenticate",
		    "Basic realm=\"default\"");
		http_reply_refusal(request, 401);
		return;
	case HTTP_AUTH_MALFORMED:
		http_reply_refusal(request, 400);
		return;
	}
}

static void
on_request(struct evhttp_request *ev, void *arg)
{
	struct http_listener *listener = arg;
	struct http_server *server = listener->server;
	struct http_conn *conn = http_conn_of(&server->conns, ev);
	struct http_request *request;
	int status;

	request = http_request_create(server, conn, ev, &status);
	conn->request = request;
	if (status != 0)
		http_reply_refusal(request, status);
	else
		serve_if_allowed(request);
	if (conn->request == request)
		http_conn_watch_end(conn);
}

static struct bufferevent *
on_connection(struct event_base *base, void *arg)
{
	struct http_listener *listener = arg;

	(void)base;
	return http_conn_accept(&listener->server->conns, listener,
	    listener->file.path != NULL);
}

/* Takes connections from the socket, which is closed with the listener, or at
 * once if this fails. */
static int
bind_socket(struct http_listener *listener, int fd)
{
	struct event_base *base = loop_event_base(listener->server->loop);
	struct evconnlistener *socket = evconnlistener_new(base, NULL, NULL,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	struct evhttp_bound_socket *bound = NULL;

	if (socket == NULL)
		fd_close(&fd);
	else
		bound = evhttp_bind_listener(listener->evhttp, socket);
	if (bound == NULL) {
		if (socket != NULL)
			evconnlistener_free(socket);
		return -1;
	}
	evconnlistener_set_error_cb(socket, on_accept_failed);
	listener->socket = socket;
	listener->bound = bound;
	if (listener->file.path != NULL)
		http_guard_add(listener->server->guard, listener->file.path);
	return 0;
}

static int
start_evhttp(struct http_listener *listener, int fd)
{
	struct event_base *base = loop_event_base(listener->server->loop);

	listener->evhttp = evhttp_new(base);
	if (listener->evhttp == NULL)
		return -1;
	evhttp_set_max_headers_size(listener->evhttp, HEADER_MAX);
	evhttp_set_max_body_size(listener->evhttp, BODY_MAX);
	evhttp_set_default_content_type(listener->evhttp, NULL);
	evhttp_set_allowed_methods(listener->evhttp, UINT16_MAX);
	evhttp_set_bevcb(listener->evhttp, on_connection, listener);
	evhttp_set_gencb(listener->evhttp, on_request, listener);
	return bind_socket(listener, fd);
}

/*
 * Files of unix sockets that somebody removed
 */

/* Connections that are open stay. */
static int
renew(struct http_listener *listener, char **cause)
{
	const struct http_listen options = {
		.section = listener->section,
		.path = listener->file.path,
		.mode = listener->mode,
		.uid = listener->uid,
		.gid = listener->gid,
	};
	struct evhttp_bound_socket *old = listener->bound;
	struct http_socket_file file;
	int fd = http_socket_open(&options, &file, cause);

	if (fd == -1)
		return -1;
	free(listener->file.path);
	listener->file = file;
	if (bind_socket(listener, fd) == -1)
		return cause_set(cause, "no memory");
	evhttp_del_accept_socket(listener->evhttp, old);
	apply_accepting(listener->server);
	return 0;
}

/* Whoever has taken the name is left alone; a name that cannot be given yet,
 * for want of its folder, is tried again. */
static void
look_after(struct http_listener *listener)
{
	char *cause = NULL;
	bool is_free;

	if (listener->file.path == NULL ||
	    http_socket_file_is_there(&listener->file))
		return;
	is_free = errno != 0;
	if (is_free && renew(listener, &cause) == 0) {
		log_warnx("the socket %s was removed and is made anew",
		    listener->file.path);
		listener->is_lost = false;
		return;
	}
	if (!listener->is_lost)
		log_errorx("the socket %s is gone and clients cannot reach it: "
			   "%s",
		    listener->file.path,
		    is_free ? cause : "another file has its name");
	free(cause);
	listener->is_lost = true;
	if (is_free)
		loop_timer_set(listener->server->renewal, MISSING_MS);
}

static void
on_renewal_due(void *arg)
{
	struct http_server *server = arg;
	struct http_listener *listener;

	STAILQ_FOREACH(listener, &server->listeners, next)
		look_after(listener);
}

/* Not at once: who removes the folder too must not find it full again. */
static void
on_files_changed(void *arg)
{
	struct http_server *server = arg;

	if (!loop_timer_is_set(server->renewal))
		loop_timer_set(server->renewal, RENEWAL_MS);
}

/* Whether one of the listeners has the path, or the port. */
static bool
is_held(const struct http_server *server, const struct http_listen *options)
{
	const struct http_listener *listener;

	STAILQ_FOREACH(listener, &server->listeners, next) {
		if (options->path == NULL ? listener->port == options->port
					  : listener->file.path != NULL &&
			    strcmp(listener->file.path, options->path) == 0)
			return true;
	}
	return false;
}

int
http_server_try(const struct http_server *server,
    const struct http_listen *options, char **cause)
{
	return http_socket_try(options, is_held(server, options), cause);
}

int
http_server_listen(struct http_server *server,
    const struct http_listen *options, char **cause)
{
	struct http_listener *listener = xcalloc(1, sizeof(*listener));
	int fd;

	listener->server = server;
	fd = http_socket_open(options, &listener->file, cause);
	if (fd == -1) {
		free(listener);
		return -1;
	}
	LIST_INSERT_HEAD(&known, listener, next_known);
	listener->section = xstrdup(options->section);
	listener->port = options->path == NULL ? options->port : 0;
	listener->mode = options->mode;
	listener->uid = options->uid;
	listener->gid = options->gid;
	if (options->username != NULL) {
		listener->username = xstrdup(options->username);
		listener->password = xstrdup(options->password);
	}
	if (start_evhttp(listener, fd) == -1) {
		listener_free(listener);
		return cause_set(cause,
		    "Cannot open an HTTP server: no memory");
	}
	STAILQ_INSERT_TAIL(&server->listeners, listener, next);
	apply_accepting(server);
	return 0;
}
