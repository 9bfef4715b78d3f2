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
#include "base/strbuf.h"
#include "base/xmalloc.h"

#include "preflight/judge/confirm_http.h"
#include "preflight/judge/confirm_where.h"

/*
 * One request, one status line; everything else of HTTP is nginx's business.
 */

#define HEAD_MAX_BYTES 256

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

void
confirm_http_command(const struct nginx_model *model, const struct need *need,
    const char *uri, struct strvec *words)
{
	struct strbuf encoded = STRBUF_INIT;
	struct confirm_where where;
	char host[INET6_ADDRSTRLEN] = "";
	bool six;

	if (!confirm_where_find(model, need->server, &where))
		return;
	six = where.address.any.sa_family == AF_INET6;
	inet_ntop(where.address.any.sa_family,
	    six ? (const void *)&where.address.six.sin6_addr
		: (const void *)&where.address.four.sin_addr,
	    host, sizeof(host));
	add_encoded(&encoded, uri);
	strvec_push(words, "curl");
	strvec_push(words, "-sI");
	strvec_push(words, "-H");
	strvec_pushf(words, "Host: %s", where.host);
	strvec_pushf(words, six ? "http://[%s]:%u%s" : "http://%s:%u%s", host,
	    (unsigned)ntohs(six ? where.address.six.sin6_port
				: where.address.four.sin_port),
	    encoded.data);
	strbuf_done(&encoded);
	free(where.host);
}

int
confirm_http(const struct nginx_model *model, const struct need *need,
    const char *uri, int timeout_ms)
{
	int64_t end = clock_mono_ms() + timeout_ms;
	struct strbuf request = STRBUF_INIT;
	struct confirm_where where;
	int fd, status = 0;

	if (!confirm_where_find(model, need->server, &where))
		return 0;
	strbuf_addstr(&request, "HEAD ");
	add_encoded(&request, uri);
	strbuf_addf(&request,
	    " HTTP/1.0\r\nHost: %s\r\n"
	    "User-Agent: preflight\r\nConnection: close\r\n\r\n",
	    where.host);
	free(where.host);
	fd = open_connection(&where.address, end);
	if (fd != -1)
		status = exchange(fd, &request, end);
	strbuf_done(&request);
	fd_close(&fd);
	return status;
}
