/* SPDX-License-Identifier: ISC */
/*
 * One blocking connection to the server, over a unix socket or TCP.  There is
 * no time limit: a start or a stop is answered when it is done, which may be
 * minutes later.
 */
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "ctl/connection.h"

#define READ_SIZE    65536
#define WAIT_STEP_MS 1000

static int
fail(struct connection *c, struct connection_error *error,
    enum connection_failure kind, int number)
{
	error->kind = kind;
	error->error = number;
	connection_close(c);
	return -1;
}

static int
fail_errno(struct connection *c, struct connection_error *error)
{
	switch (errno) {
	case ECONNREFUSED:
		return fail(c, error, CONNECTION_REFUSED, errno);
	case ENOENT:
		return fail(c, error, CONNECTION_NO_FILE, errno);
	default:
		return fail(c, error, CONNECTION_SYSTEM, errno);
	}
}

static int
open_unix(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd != -1 &&
	    connect(fd, (const struct sockaddr *)&address, sizeof(address)) ==
		-1)
		fd_close(&fd);
	return fd;
}

/* The first address that takes the connection; errno is of the last. */
static int
open_first(const struct addrinfo *list)
{
	int fd = -1;

	for (; list != NULL && fd == -1; list = list->ai_next) {
		fd = socket(list->ai_family, list->ai_socktype | SOCK_CLOEXEC,
		    list->ai_protocol);
		if (fd != -1 &&
		    connect(fd, list->ai_addr, list->ai_addrlen) == -1)
			fd_close(&fd);
	}
	return fd;
}

static int
open_tcp(struct connection *c, const struct server_url *url,
    struct connection_error *error)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list;
	int result = getaddrinfo(url->host, url->port, &hints, &list);

	if (result != 0)
		return fail(c, error,
		    result == EAI_SYSTEM ? CONNECTION_SYSTEM
					 : CONNECTION_RESOLVE,
		    result == EAI_SYSTEM ? errno : result);
	c->fd = open_first(list);
	result = errno;
	freeaddrinfo(list);
	errno = result;
	return c->fd == -1 ? fail_errno(c, error) : 0;
}

int
connection_open(struct connection *c, const struct server_url *url,
    struct connection_error *error)
{
	connection_close(c);
	if (url->path == NULL)
		return open_tcp(c, url, error);
	c->fd = open_unix(url->path);
	return c->fd == -1 ? fail_errno(c, error) : 0;
}

int
connection_send(struct connection *c, const void *data, size_t len,
    struct connection_error *error)
{
	const char *p = data;

	while (len > 0) {
		ssize_t sent = send(c->fd, p, len, MSG_NOSIGNAL);

		if (sent == -1 && errno == EINTR)
			continue;
		if (sent == -1)
			return fail_errno(c, error);
		p += sent;
		len -= (size_t)sent;
	}
	return 0;
}

/* Returns when there is something to read, having told the waiting one how
 * long it takes; -1 and errno if it was interrupted. */
static int
await(struct connection *c)
{
	struct pollfd pollfd = { .fd = c->fd, .events = POLLIN };
	int ready;

	for (int seconds = 1; (ready = poll(&pollfd, 1, WAIT_STEP_MS)) == 0;
	     seconds++)
		c->wait(seconds, c->wait_arg);
	return ready == -1 ? -1 : 0;
}

ssize_t
connection_fill(struct connection *c, struct connection_error *error)
{
	char *room = strbuf_reserve(&c->in, READ_SIZE);
	ssize_t got;

	if (c->wait != NULL && await(c) == -1)
		return fail_errno(c, error);
	got = read(c->fd, room, READ_SIZE);
	if (got == -1)
		return fail_errno(c, error);
	strbuf_grew(&c->in, (size_t)got);
	return got;
}

int
connection_read_head(struct connection *c, struct http_head *head,
    struct connection_error *error)
{
	size_t size;

	while ((size = http_head_size(c->in.data, c->in.len)) == 0) {
		ssize_t got;

		if (c->in.len > HTTP_HEAD_MAX)
			return fail(c, error, CONNECTION_NOT_HTTP, 0);
		got = connection_fill(c, error);
		if (got == -1)
			return -1;
		if (got == 0)
			return fail(c, error, CONNECTION_CLOSED, 0);
	}
	if (http_head_parse(c->in.data, size, head) == -1)
		return fail(c, error, CONNECTION_NOT_HTTP, 0);
	strbuf_consume(&c->in, size);
	return 0;
}

bool
connection_is_usable(const struct connection *c)
{
	char byte;

	return c->fd != -1 && c->in.len == 0 &&
	    recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == -1 &&
	    (errno == EAGAIN || errno == EWOULDBLOCK);
}

void
connection_close(struct connection *c)
{
	fd_close(&c->fd);
	strbuf_done(&c->in);
}
