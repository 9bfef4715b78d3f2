/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/parse.h"
#include "base/strbuf.h"
#include "base/xmalloc.h"

#include "preflight/judge/confirm_http.h"
#include "preflight/nginx/nginx_location.h"

/*
 * One request, one status line; everything else of HTTP is nginx's business.
 */

#define HEAD_MAX_BYTES 256

/* Whether the server's listen with this address has ssl or the like. */
static bool
is_plain(const struct nginx_server *server, const char *listen)
{
	static const char *const others[] = { "ssl", "quic", "proxy_protocol",
		NULL };
	const struct nginx_node *node;

	TAILQ_FOREACH(node, &server->node->children, entry) {
		if (!nginx_node_is(node, "listen") ||
		    strcmp(nginx_node_arg(node, 1), listen) != 0)
			continue;
		for (size_t i = 2; i < node->arg_count; i++) {
			for (size_t j = 0; others[j] != NULL; j++) {
				if (strcmp(node->args[i], others[j]) == 0)
					return false;
			}
		}
	}
	return true;
}

/* An address of this machine alone; the socket's type of either family. */
union loopback {
	struct sockaddr any;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
};

#define HTTP_PORT 80

/* Splits "8080", "HOST" and "HOST:8080", in which HOST may be "[::1]"; an empty
 * host is any.  The caller frees it; NULL if the port is none. */
static char *
split_listen(const char *listen, uint16_t *port)
{
	const char *bracket = strchr(listen, ']');
	const char *colon = strchr(bracket == NULL ? listen : bracket, ':');
	long long number = HTTP_PORT;
	char *host;

	if (colon != NULL)
		host = xstrndup(listen, (size_t)(colon - listen));
	else if (parse_int(listen, &number, NULL) == 0)
		host = xstrdup("");
	else
		host = xstrdup(listen);
	if ((colon != NULL && parse_int(colon + 1, &number, NULL) == -1) ||
	    number <= 0 || number > UINT16_MAX) {
		free(host);
		return NULL;
	}
	*port = (uint16_t)number;
	return host;
}

/* Whoever listens everywhere listens on loopback; false if nobody does. */
static bool
loopback(const char *listen, union loopback *address)
{
	static const char *const everywhere[] = { "", "*", "0.0.0.0",
		"localhost", NULL };
	uint16_t port = 0;
	char *host = split_listen(listen, &port);
	bool good = false;

	*address = (union loopback){ .any.sa_family = AF_INET };
	address->four.sin_port = htons(port);
	for (size_t i = 0; host != NULL && everywhere[i] != NULL; i++) {
		if (strcmp(host, everywhere[i]) == 0) {
			address->four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
			good = true;
		}
	}
	if (host != NULL && strncmp(host, "127.", 4) == 0) {
		good = inet_pton(AF_INET, host, &address->four.sin_addr) == 1;
	} else if (host != NULL &&
	    (strcmp(host, "[::]") == 0 || strcmp(host, "[::1]") == 0)) {
		*address = (union loopback){ .any.sa_family = AF_INET6 };
		address->six.sin6_port = htons(port);
		address->six.sin6_addr = in6addr_loopback;
		good = true;
	}
	free(host);
	return good;
}

static bool
find_address(const struct nginx_server *server, union loopback *address)
{
	for (size_t i = 0; i < server->listens.len; i++) {
		const char *listen = server->listens.items[i];

		if (is_plain(server, listen) && loopback(listen, address))
			return true;
	}
	return server->listens.len == 0 && loopback("80", address);
}

static bool
wait_ready(int fd, short events, int64_t end)
{
	struct pollfd wait = { .fd = fd, .events = events };
	int64_t left = end - clock_mono_ms();

	return left > 0 && poll(&wait, 1, (int)left) == 1;
}

static int
open_connection(const union loopback *address, int64_t end)
{
	int fd = socket(address->any.sa_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int error = 0;
	socklen_t len = sizeof(error);

	if (fd == -1)
		return -1;
	if (connect(fd, &address->any,
		address->any.sa_family == AF_INET ? sizeof(address->four)
						  : sizeof(address->six)) == 0)
		return fd;
	if (errno == EINPROGRESS && wait_ready(fd, POLLOUT, end) &&
	    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 &&
	    error == 0)
		return fd;
	fd_close(&fd);
	return -1;
}

/* Everything that is not plain in a URI as %XX. */
static void
add_encoded(struct strbuf *out, const char *uri)
{
	for (; *uri != '\0'; uri++) {
		unsigned char c = (unsigned char)*uri;

		if (c > 0x20 && c < 0x7f && strchr("%?#\"<>\\^`{|}", c) == NULL)
			strbuf_addch(out, (char)c);
		else
			strbuf_addf(out, "%%%02X", c);
	}
}

static int
exchange(int fd, const struct strbuf *request, int64_t end)
{
	char head[HEAD_MAX_BYTES + 1];
	size_t got = 0;
	ssize_t len;
	int status;

	if (send(fd, request->data, request->len, MSG_NOSIGNAL) !=
	    (ssize_t)request->len)
		return 0;
	while (got < HEAD_MAX_BYTES && wait_ready(fd, POLLIN, end)) {
		len = read(fd, head + got, HEAD_MAX_BYTES - got);
		if (len <= 0)
			break;
		got += (size_t)len;
		head[got] = '\0';
		if (strchr(head, '\n') != NULL)
			break;
	}
	head[got] = '\0';
	return sscanf(head, "HTTP/1.%*1[01] %3d", &status) == 1 ? status : 0;
}

/* What the server is called, if that is a name. */
static const char *
host_of(const struct need *need)
{
	const char *name = need->server_name;

	return name == NULL || strchr("~_", *name) != NULL ? "localhost" : name;
}

void
confirm_http_command(const struct need *need, const char *uri,
    struct strvec *words)
{
	struct strbuf encoded = STRBUF_INIT;
	union loopback address;
	char host[INET6_ADDRSTRLEN] = "";
	bool six;

	if (need->server == NULL || !find_address(need->server, &address))
		return;
	six = address.any.sa_family == AF_INET6;
	inet_ntop(address.any.sa_family,
	    six ? (const void *)&address.six.sin6_addr
		: (const void *)&address.four.sin_addr,
	    host, sizeof(host));
	add_encoded(&encoded, uri);
	strvec_push(words, "curl");
	strvec_push(words, "-sI");
	strvec_push(words, "-H");
	strvec_pushf(words, "Host: %s", host_of(need));
	strvec_pushf(words, six ? "http://[%s]:%u%s" : "http://%s:%u%s", host,
	    (unsigned)ntohs(
		six ? address.six.sin6_port : address.four.sin_port),
	    encoded.data);
	strbuf_done(&encoded);
}

int
confirm_http(const struct need *need, const char *uri, int timeout_ms)
{
	int64_t end = clock_mono_ms() + timeout_ms;
	struct strbuf request = STRBUF_INIT;
	union loopback address;
	int fd, status;

	if (need->server == NULL || !find_address(need->server, &address))
		return 0;
	fd = open_connection(&address, end);
	if (fd == -1)
		return 0;
	strbuf_addstr(&request, "HEAD ");
	add_encoded(&request, uri);
	strbuf_addf(&request,
	    " HTTP/1.0\r\nHost: %s\r\n"
	    "User-Agent: preflight\r\nConnection: close\r\n\r\n",
	    host_of(need));
	status = exchange(fd, &request, end);
	strbuf_done(&request);
	fd_close(&fd);
	return status;
}
