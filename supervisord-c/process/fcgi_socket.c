/* SPDX-License-Identifier: ISC */
/*
 * The shared socket of an fcgi-program.  It is counted, as Supervisor does it:
 * open while a member has it or tries to start.  Different from Supervisor, a
 * path that is no socket is never removed, and our own file is removed in the
 * end, so that no stale one stays (contract D6.1).
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/repr.h"
#include "base/xmalloc.h"
#include "process/fcgi_socket.h"

struct fcgi_socket {
	const struct fcgi_socket_config *config;
	int fd; /* -1: closed */
	unsigned int users;
	bool made; /* a file, which is this one: */
	dev_t dev;
	ino_t ino;
};

struct fcgi_socket *
fcgi_socket_create(const struct fcgi_socket_config *config)
{
	struct fcgi_socket *sock = xcalloc(1, sizeof(*sock));

	sock->config = config;
	sock->fd = -1;
	return sock;
}

static void
close_socket(struct fcgi_socket *sock)
{
	log_info("Closing socket %s", sock->config->url);
	fd_close(&sock->fd);
}

static void
remove_own_file(const struct fcgi_socket *sock)
{
	struct stat st;

	if (sock->made && lstat(sock->config->path, &st) == 0 &&
	    st.st_dev == sock->dev && st.st_ino == sock->ino)
		(void)unlink(sock->config->path); /* gone is as good */
}

void
fcgi_socket_free(struct fcgi_socket *sock)
{
	if (sock == NULL)
		return;
	if (sock->fd != -1)
		close_socket(sock);
	remove_own_file(sock);
	free(sock);
}

static int
system_error(char **cause)
{
	return cause_set(cause, "[Errno %d] %s", errno, strerror(errno));
}

/* As Python words it for calls that are given a path. */
static int
path_error(const char *what, const char *path, char **cause)
{
	int saved = errno;
	char *shown = repr(path);

	cause_set(cause, "%s[Errno %d] %s: %s", what, saved, strerror(saved),
	    shown);
	free(shown);
	return -1;
}

/* Makes room for a socket at the path. */
static int
remove_stale(const char *path, char **cause)
{
	struct stat st;

	if (lstat(path, &st) == -1)
		return errno == ENOENT ? 0 : system_error(cause);
	if (!S_ISSOCK(st.st_mode))
		return cause_set(cause, "%s exists and is not a socket", path);
	if (unlink(path) == -1 && errno != ENOENT)
		return path_error("", path, cause);
	return 0;
}

/* Whoever the folder belongs to may have put a link to another file there
 * since the socket was bound. */
static int
set_owner_and_mode(const struct fcgi_socket *sock, char **cause)
{
	const struct fcgi_socket_config *config = sock->config;

	if (config->has_owner &&
	    lchown(config->path, config->uid, config->gid) == -1)
		return path_error("Could not change ownership of socket file: ",
		    config->path, cause);
	if (fd_chmod_socket(config->path, config->mode) == -1)
		return path_error(
		    "Could not change permissions of socket file: ",
		    config->path, cause);
	return 0;
}

static void
remember_file(struct fcgi_socket *sock)
{
	struct stat st;

	sock->made = lstat(sock->config->path, &st) == 0;
	if (sock->made) {
		sock->dev = st.st_dev;
		sock->ino = st.st_ino;
	}
}

static int
bind_unix(struct fcgi_socket *sock, int fd, char **cause)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = sock->config->path;
	mode_t before;
	int result;

	if (strlen(path) >= sizeof(address.sun_path))
		return cause_set(cause, "AF_UNIX path too long");
	memcpy(address.sun_path, path, strlen(path));
	if (remove_stale(path, cause) == -1)
		return -1;
	/* Closed to everybody until it has its owner and mode. */
	before = umask(0177);
	result = bind(fd, (struct sockaddr *)&address, sizeof(address));
	umask(before);
	if (result == -1)
		return system_error(cause);
	remember_file(sock);
	return set_owner_and_mode(sock, cause);
}

static int
bind_tcp(struct fcgi_socket *sock, int fd, char **cause)
{
	const struct addrinfo hints = { .ai_family = AF_INET,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE };
	const int on = 1;
	struct addrinfo *found;
	char *port = xasprintf("%d", sock->config->port);
	int error, result;

	error = getaddrinfo(sock->config->host, port, &hints, &found);
	free(port);
	if (error != 0)
		return cause_set(cause, "[Errno %d] %s", error,
		    gai_strerror(error));
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	result = bind(fd, found->ai_addr, found->ai_addrlen);
	if (result == -1)
		system_error(cause);
	freeaddrinfo(found);
	return result;
}

static int
open_socket(struct fcgi_socket *sock, char **cause)
{
	const struct fcgi_socket_config *config = sock->config;
	int fd;

	fd = socket(config->path != NULL ? AF_UNIX : AF_INET,
	    SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return system_error(cause);
	if ((config->path != NULL ? bind_unix : bind_tcp)(sock, fd, cause) ==
	    -1)
		goto fail;
	if (listen(fd, config->backlog > 0 ? config->backlog : SOMAXCONN) ==
	    -1) {
		system_error(cause);
		goto fail;
	}
	return fd;

fail:
	close(fd);
	return -1;
}

int
fcgi_socket_take(struct fcgi_socket *sock, char **cause)
{
	char *why = NULL;

	if (sock->fd == -1) {
		log_info("Creating socket %s", sock->config->url);
		sock->fd = open_socket(sock, &why);
	}
	if (sock->fd == -1) {
		cause_set(cause, "Could not create FastCGI socket %s: %s",
		    sock->config->url, why);
		free(why);
		return -1;
	}
	sock->users++;
	return sock->fd;
}

void
fcgi_socket_drop(struct fcgi_socket *sock)
{
	if (--sock->users == 0)
		close_socket(sock);
}
