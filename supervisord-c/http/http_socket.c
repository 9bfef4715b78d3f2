/* SPDX-License-Identifier: ISC */
/*
 * Listening sockets.  A unix socket is made under a temporary name, gets its
 * mode and owner there, and only then its real name, by a hard link that fails
 * if somebody has that name: nobody can connect before the permissions are
 * right, and two daemons cannot both win.  A socket in the way on which nobody
 * listens is a leftover and removed; anything else in the way is an error.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/errname.h"
#include "base/fd.h"
#include "base/xmalloc.h"
#include "http/http_socket.h"

#define BACKLOG		     1024
/* A dead TCP peer is noticed after about ten minutes, by the kernel: idle
 * connections are never closed by us. */
#define KEEPALIVE_IDLE_S     300
#define KEEPALIVE_INTERVAL_S 60
#define KEEPALIVE_PROBES     5

static int
cause_errno(char **cause)
{
	if (errno == EADDRINUSE)
		return cause_set(cause,
		    "Another program is already listening on a port that one "
		    "of our HTTP servers is configured to use.  Shut this "
		    "program down first before starting supervisord.");
	return cause_set(cause,
	    "Cannot open an HTTP server: socket.error reported errno.%s (%d)",
	    errname(errno), errno);
}

static int
set_address(struct sockaddr_un *address, const char *path, char **cause)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(address->sun_path))
		return cause_set(cause,
		    "Cannot open an HTTP server: socket.error reported "
		    "AF_UNIX path too long");
	memcpy(address->sun_path, path, strlen(path) + 1);
	return 0;
}

static int
cause_chown(const struct http_listen *listen, char **cause)
{
	const struct passwd *user = getpwuid(geteuid());

	return cause_set(cause,
	    "Not permitted to chown %s to uid/gid (%d, %d); adjust "
	    "\"sockchown\" value in config file or on command line to values "
	    "that the current user (%s) can successfully chown",
	    listen->path, (int)listen->uid, (int)listen->gid,
	    user == NULL ? "unknown" : user->pw_name);
}

/* The socket bound at the temporary name, mode and owner set. */
static int
bind_temporary(int fd, const char *temporary, const struct http_listen *listen,
    char **cause)
{
	struct sockaddr_un address;
	mode_t old;
	int result;

	if (set_address(&address, temporary, cause) == -1)
		return -1;
	unlink(temporary);
	old = umask(0777);
	result = bind(fd, (struct sockaddr *)&address, sizeof(address));
	umask(old);
	if (result == -1)
		return cause_errno(cause);
	/* The owner first: chown(2) may take mode bits away.  Whoever the folder
	 * belongs to may have put a link to another file there meanwhile. */
	if ((listen->uid != (uid_t)-1 || listen->gid != (gid_t)-1) &&
	    lchown(temporary, listen->uid, listen->gid) == -1)
		return errno == EPERM ? cause_chown(listen, cause)
				      : cause_errno(cause);
	if (fd_chmod_socket(temporary, listen->mode) == -1)
		return cause_errno(cause);
	return 0;
}

/* Gives the socket its real name; -1 and errno, EEXIST if it is taken. */
static int
give_name(const char *temporary, const char *path)
{
	struct stat st;

	if (link(temporary, path) == 0)
		return 0;
	if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS &&
	    errno != EMLINK)
		return -1;
	/* A file system without hard links; rename would replace in silence. */
	if (lstat(path, &st) == 0) {
		errno = EEXIST;
		return -1;
	}
	return rename(temporary, path);
}

enum occupant {
	OCCUPANT_ALIVE,
	OCCUPANT_STALE,
	OCCUPANT_NO_SOCKET,
	OCCUPANT_UNKNOWN, /* errno says why */
};

/* Who has the name.  A full backlog is a sign of life too. */
static enum occupant
examine(const char *path)
{
	struct sockaddr_un address;
	struct stat st;
	int fd, result;

	if (lstat(path, &st) == -1)
		return errno == ENOENT ? OCCUPANT_STALE : OCCUPANT_UNKNOWN;
	if (!S_ISSOCK(st.st_mode))
		return OCCUPANT_NO_SOCKET;
	if (set_address(&address, path, NULL) == -1)
		return OCCUPANT_UNKNOWN;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return OCCUPANT_UNKNOWN;
	result = connect(fd, (struct sockaddr *)&address, sizeof(address));
	fd_close(&fd);
	if (result == 0 || errno == EAGAIN)
		return OCCUPANT_ALIVE;
	return errno == ECONNREFUSED || errno == ENOENT ? OCCUPANT_STALE
							: OCCUPANT_UNKNOWN;
}

/* Whether the name is free, or what has it is a leftover. */
static int
may_evict(const char *path, char **cause)
{
	switch (examine(path)) {
	case OCCUPANT_ALIVE:
		errno = EADDRINUSE;
		return cause_errno(cause);
	case OCCUPANT_NO_SOCKET:
		return cause_set(cause,
		    "Cannot open an HTTP server: %s exists and is not a socket",
		    path);
	case OCCUPANT_UNKNOWN:
		return cause_errno(cause);
	case OCCUPANT_STALE:
		break;
	}
	return 0;
}

/* Makes room for the name. */
static int
evict(const char *path, char **cause)
{
	if (may_evict(path, cause) == -1)
		return -1;
	fprintf(stderr, "Unlinking stale socket %s\n", path);
	if (unlink(path) == -1 && errno != ENOENT)
		return cause_errno(cause);
	return 0;
}

static int
name_socket(const char *temporary, const char *path, char **cause)
{
	/* Twice: another daemon may be doing the same. */
	for (int tries = 0; tries < 2; tries++) {
		if (give_name(temporary, path) == 0)
			return 0;
		if (errno != EEXIST)
			break;
		if (evict(path, cause) == -1)
			return -1;
	}
	if (errno == EEXIST)
		errno = EADDRINUSE;
	return cause_errno(cause);
}

static int
open_unix(const struct http_listen *listener, struct http_socket_file *file,
    char **cause)
{
	char *temporary = xasprintf("%s.%ld", listener->path, (long)getpid());
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool good = false;
	struct stat st;

	if (fd == -1)
		cause_errno(cause);
	else if (bind_temporary(fd, temporary, listener, cause) == 0) {
		if (listen(fd, BACKLOG) == -1)
			cause_errno(cause);
		else
			good =
			    name_socket(temporary, listener->path, cause) == 0;
	}
	unlink(temporary); /* it may not have got that far */
	free(temporary);
	if (good && lstat(listener->path, &st) == -1) {
		cause_errno(cause); /* somebody removed it at once */
		good = false;
	}
	if (!good) {
		fd_close(&fd);
		return -1;
	}
	file->path = xstrdup(listener->path);
	file->dev = st.st_dev;
	file->ino = st.st_ino;
	return fd;
}

/* The host without the brackets of an IPv6 address; NULL stands for all
 * interfaces.  The caller frees. */
static char *
bare_host(const char *host)
{
	size_t len = strlen(host);

	if (len == 0)
		return NULL;
	if (strcmp(host, "localhost") == 0)
		return xstrdup("127.0.0.1");
	if (host[0] == '[' && host[len - 1] == ']')
		return xstrndup(host + 1, len - 2);
	return xstrdup(host);
}

/* Names are looked up only if they are no numbers, so that a broken resolver
 * matters to nobody who does not need it. */
static int
resolve(const struct http_listen *listener, struct addrinfo **found,
    char **cause)
{
	struct addrinfo hints = {
		.ai_family =
		    strchr(listener->host, ':') != NULL ? AF_INET6 : AF_INET,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV | AI_NUMERICHOST,
	};
	char *host = bare_host(listener->host);
	char port[16];
	int result;

	snprintf(port, sizeof(port), "%d", listener->port);
	result = getaddrinfo(host, port, &hints, found);
	if (result == EAI_NONAME) {
		hints.ai_flags &= ~AI_NUMERICHOST;
		result = getaddrinfo(host, port, &hints, found);
	}
	free(host);
	if (result != 0)
		return cause_set(cause,
		    "Cannot open an HTTP server: socket.error reported %d",
		    result);
	return 0;
}

/* Accepted connections inherit all of these. */
static void
set_options(int fd, int family)
{
	static const struct {
		int level, name, value;
	} options[] = {
		{ SOL_SOCKET, SO_REUSEADDR, 1 },
		{ SOL_SOCKET, SO_KEEPALIVE, 1 },
		{ IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S },
		{ IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S },
		{ IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES },
		{ IPPROTO_TCP, TCP_NODELAY, 1 },
	};
	int on = 1;

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		(void)setsockopt(fd, options[i].level, options[i].name,
		    &options[i].value, sizeof(options[i].value));
	if (family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on,
		    sizeof(on));
}

/* On failure errno says why too; 0 for a host that has no address. */
static int
open_inet(const struct http_listen *listener, char **cause)
{
	struct addrinfo *found;
	int fd, saved = 0;

	if (resolve(listener, &found, cause) == -1) {
		errno = 0;
		return -1;
	}
	fd = socket(found->ai_family,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd != -1)
		set_options(fd, found->ai_family);
	if (fd == -1 || bind(fd, found->ai_addr, found->ai_addrlen) == -1 ||
	    listen(fd, BACKLOG) == -1) {
		saved = errno;
		cause_errno(cause);
		fd_close(&fd);
	}
	freeaddrinfo(found);
	errno = saved;
	return fd;
}

int
http_socket_open(const struct http_listen *listener,
    struct http_socket_file *file, char **cause)
{
	file->path = NULL;
	if (listener->path != NULL)
		return open_unix(listener, file, cause);
	return open_inet(listener, cause);
}

/* Everything but the name, which is taken from nobody. */
static int
try_unix(const struct http_listen *listener, bool held, char **cause)
{
	char *temporary = xasprintf("%s.%ld", listener->path, (long)getpid());
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int result = -1;

	if (fd == -1)
		cause_errno(cause);
	else {
		result = bind_temporary(fd, temporary, listener, cause);
		unlink(temporary);
		fd_close(&fd);
	}
	free(temporary);
	if (result == -1 || held)
		return result;
	return may_evict(listener->path, cause);
}

static int
try_inet(const struct http_listen *listener, bool held, char **cause)
{
	char *why = NULL;
	int fd = open_inet(listener, &why);

	if (fd == -1 && !(held && errno == EADDRINUSE)) {
		cause_set(cause, "%s", why);
		free(why);
		return -1;
	}
	free(why);
	fd_close(&fd);
	return 0;
}

int
http_socket_try(const struct http_listen *listener, bool held, char **cause)
{
	return listener->path != NULL ? try_unix(listener, held, cause)
				      : try_inet(listener, held, cause);
}

bool
http_socket_file_is_there(const struct http_socket_file *file)
{
	struct stat st;

	errno = 0;
	return lstat(file->path, &st) == 0 && st.st_dev == file->dev &&
	    st.st_ino == file->ino;
}

void
http_socket_file_remove(struct http_socket_file *file)
{
	if (file->path == NULL)
		return;
	if (http_socket_file_is_there(file))
		unlink(file->path);
	free(file->path);
	file->path = NULL;
}
