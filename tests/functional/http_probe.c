/* SPDX-License-Identifier: ISC */
/*
 * The http room alone, for tests that look at its bytes: routes whose answers
 * a second connection can hold back and let go.
 *
 * usage: http_probe SOCKET PORT [USER PASSWORD]
 *
 * In the environment: PROBE_REQUEST_MS shortens the time that a request may
 * take to arrive, PROBE_REFUSE_LISTENERS says how often a listening socket
 * cannot be watched.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/xmalloc.h"
#include "http/http_parts.h"

struct probe {
	struct loop *loop;
	struct http_request *held; /* the last one of /hold or /stream */
	unsigned int gone, drained;
};

static void
reply_text(struct http_request *request, const char *text)
{
	http_reply(request, 200, "text/plain", text, strlen(text));
}

static void
serve_hello(struct http_request *request, void *arg)
{
	(void)arg;
	reply_text(request, "hello");
}

static void
serve_echo(struct http_request *request, void *arg)
{
	size_t len;
	const char *body = http_request_body(request, &len);

	(void)arg;
	http_reply(request, 200, "text/plain", body, len);
}

static void
serve_param(struct http_request *request, void *arg)
{
	char *value = http_request_param(request, "p");

	(void)arg;
	reply_text(request, value == NULL ? "none" : value);
	free(value);
}

static void
serve_big(struct http_request *request, void *arg)
{
	char *name = http_request_param(request, "size");
	size_t size = name == NULL ? 0 : strtoul(name, NULL, 10);
	struct strbuf text = STRBUF_INIT;

	(void)arg;
	memset(strbuf_reserve(&text, size), 'b', size);
	strbuf_grew(&text, size);
	http_reply_strbuf(request, 200, "text/plain", &text);
	free(name);
}

static void
on_gone(struct http_request *request, void *arg)
{
	struct probe *probe = arg;

	if (probe->held == request)
		probe->held = NULL;
	probe->gone++;
}

static void
on_drained(struct http_request *request, void *arg)
{
	struct probe *probe = arg;

	(void)request;
	probe->drained++;
}

static void
serve_hold(struct http_request *request, void *arg)
{
	struct probe *probe = arg;

	probe->held = request;
	http_request_on_gone(request, on_gone, probe);
}

static void
serve_stream(struct http_request *request, void *arg)
{
	struct probe *probe = arg;

	http_stream_on_drain(request, on_drained, probe);
	http_stream_begin(request, 200, "text/plain");
	serve_hold(request, arg);
}

/* Whether the next connection is one that epoll refuses to watch; these two
 * functions stand in place of libc's. */
static bool refuse_next;
static int refused = -1;
/* So often it refuses to watch a listening socket. */
static long refuse_listeners;

int
accept4(int fd, struct sockaddr *address, socklen_t *len, int flags)
{
	int accepted = (int)syscall(SYS_accept4, fd, address, len, flags);

	refused = refuse_next ? accepted : -1;
	refuse_next = false;
	return accepted;
}

static bool
is_listener(int fd)
{
	int listening = 0;
	socklen_t len = sizeof(listening);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) ==
	    0 &&
	    listening != 0;
}

int
epoll_ctl(int queue, int op, int fd, struct epoll_event *event)
{
	bool refuse = fd == refused;

	if (refuse_listeners > 0 && is_listener(fd)) {
		refuse_listeners--;
		refuse = true;
	}
	if (op == EPOLL_CTL_ADD && refuse) {
		errno = ENOSPC;
		return -1;
	}
	return (int)syscall(SYS_epoll_ctl, queue, op, fd, event);
}

static void
serve_refuse(struct http_request *request, void *arg)
{
	(void)arg;
	refuse_next = true;
	reply_text(request, "refusing");
}

static void
serve_release(struct http_request *request, void *arg)
{
	struct probe *probe = arg;

	if (probe->held != NULL)
		reply_text(probe->held, "held");
	probe->held = NULL;
	reply_text(request, "released");
}

static void
serve_push(struct http_request *request, void *arg)
{
	struct probe *probe = arg;
	char *text = http_request_param(request, "p");
	char *answer = xasprintf("%zu",
	    http_stream_write(probe->held, text, strlen(text)));

	reply_text(request, answer);
	free(answer);
	free(text);
}

static void
serve_end(struct http_request *request, void *arg)
{
	struct probe *probe = arg;

	http_stream_end(probe->held);
	probe->held = NULL;
	reply_text(request, "ended");
}

static void
serve_counts(struct http_request *request, void *arg)
{
	struct probe *probe = arg;
	char *text =
	    xasprintf("held %d gone %u", probe->held != NULL, probe->gone);

	reply_text(request, text);
	free(text);
}

static void
on_term(int signo, void *arg)
{
	struct probe *probe = arg;

	(void)signo;
	loop_stop(probe->loop);
}

static void
add_routes(struct http_server *server, struct probe *probe)
{
	static const struct {
		const char *path;
		unsigned int methods;
		http_handler_fn fn;
	} routes[] = {
		{ "/hello", HTTP_GET | HTTP_HEAD, serve_hello },
		{ "/echo*", HTTP_POST | HTTP_GET, serve_echo },
		{ "/param", HTTP_GET | HTTP_POST, serve_param },
		{ "/big", HTTP_GET, serve_big },
		{ "/hold", HTTP_GET | HTTP_POST, serve_hold },
		{ "/stream", HTTP_GET, serve_stream },
		{ "/release", HTTP_GET, serve_release },
		{ "/push", HTTP_GET | HTTP_POST, serve_push },
		{ "/end", HTTP_GET, serve_end },
		{ "/counts", HTTP_GET, serve_counts },
		{ "/refuse", HTTP_GET, serve_refuse },
	};

	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
		http_server_route(server, routes[i].path, routes[i].methods,
		    routes[i].fn, probe);
}

static int
listen_on(struct http_server *server, char **argv)
{
	struct http_listen unix_socket = { .section = "unix_http_server",
		.path = argv[1],
		.mode = 0700,
		.uid = (uid_t)-1,
		.gid = (gid_t)-1,
		.username = argv[3],
		.password = argv[3] == NULL ? NULL : argv[4] };
	struct http_listen inet = unix_socket;
	char *cause = NULL;

	inet.section = "inet_http_server";
	inet.path = NULL;
	inet.host = "127.0.0.1";
	inet.port = (int)strtol(argv[2], NULL, 10);
	if (http_server_listen(server, &unix_socket, &cause) == -1 ||
	    http_server_listen(server, &inet, &cause) == -1) {
		fprintf(stderr, "Error: %s\n", cause);
		free(cause);
		return -1;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	struct probe probe = { .held = NULL };
	struct http_server *server;
	int status = 2;

	if (argc < 3)
		return 2;
	probe.loop = loop_create();
	loop_signal_on(probe.loop, SIGTERM, on_term, &probe);
	signal(SIGPIPE, SIG_IGN);
	server = http_server_create(probe.loop);
	if (getenv("PROBE_REQUEST_MS") != NULL)
		server->conns.request_ms =
		    strtol(getenv("PROBE_REQUEST_MS"), NULL, 10);
	if (getenv("PROBE_REFUSE_LISTENERS") != NULL)
		refuse_listeners =
		    strtol(getenv("PROBE_REFUSE_LISTENERS"), NULL, 10);
	add_routes(server, &probe);
	if (listen_on(server, argv) == 0) {
		loop_run(probe.loop);
		status = 0;
	}
	http_server_free(server);
	loop_free(probe.loop);
	return status;
}
