/* SPDX-License-Identifier: ISC */
/*
 * Opening and writing without ever waiting for a reader.  Everything is opened
 * non-blocking, which regular files ignore.  /dev/stdout cannot always be
 * opened: under systemd it is a socket, and after a change of user the pipe
 * belongs to somebody else.  Then the descriptor that the daemon was started
 * with is written to, as far as poll says there is room.  So it is if it is a
 * file, which stderr may lead to as well: a position of our own would write
 * over what is said there.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "logs/log_stream.h"

static const struct standard_stream {
	const char *path;
	int fd;
} standard_streams[] = {
	{ "/dev/stdout", STDOUT_FILENO },
	{ "/dev/fd/1", STDOUT_FILENO },
	{ "/proc/self/fd/1", STDOUT_FILENO },
	{ "/dev/stderr", STDERR_FILENO },
	{ "/dev/fd/2", STDERR_FILENO },
	{ "/proc/self/fd/2", STDERR_FILENO },
};

#define STANDARD_STREAM_COUNT                                                  \
	(sizeof(standard_streams) / sizeof(standard_streams[0]))

static bool
is_regular(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

/* The descriptor that a path stands for; -1 if it is another path. */
static int
standard_fd(const char *path)
{
	for (size_t i = 0; i < STANDARD_STREAM_COUNT; i++) {
		if (strcmp(standard_streams[i].path, path) == 0)
			return standard_streams[i].fd;
	}
	return -1;
}

/* A descriptor may well lead to a file, but never to one of ours. */
static bool
is_own_file(int fd, const char *path)
{
	return standard_fd(path) == -1 && strncmp(path, "/dev/fd/", 8) != 0 &&
	    strncmp(path, "/proc/", 6) != 0 && is_regular(fd);
}

/* A socket, somebody else's pipe, or no /proc to find it by. */
static bool
is_out_of_reach(int error)
{
	return error == ENXIO || error == EACCES || error == ENOENT;
}

int
log_stream_open(struct log_stream *stream, const char *path, bool truncate)
{
	int flags = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_CLOEXEC |
	    O_NOCTTY | (truncate ? O_TRUNC : 0);
	int standard = standard_fd(path), saved;
	struct log_stream opened = LOG_STREAM_INIT;

	if (standard == -1 || !is_regular(standard))
		opened.fd = open(path, flags, 0666);
	else
		errno = ENXIO;
	if (opened.fd == -1 && standard != -1 && is_out_of_reach(errno)) {
		saved = errno;
		opened.fd = fcntl(standard, F_DUPFD_CLOEXEC, 3);
		opened.is_shared = true;
		errno = saved;
	}
	if (opened.fd == -1)
		return -1;
	opened.is_file = is_own_file(opened.fd, path);
	*stream = opened;
	return 0;
}

void
log_stream_close(struct log_stream *stream)
{
	fd_close(&stream->fd);
}

/* What poll calls writable takes this much of a pipe without waiting. */
static ssize_t
write_shared(int fd, const char *data, size_t len)
{
	struct pollfd pfd = { .fd = fd, .events = POLLOUT };

	if (poll(&pfd, 1, 0) != 1 || (pfd.revents & POLLOUT) == 0) {
		errno = pfd.revents != 0 ? EPIPE : EAGAIN;
		return -1;
	}
	return write(fd, data, len < PIPE_BUF ? len : PIPE_BUF);
}

size_t
log_stream_write(struct log_stream *stream, const void *data, size_t len)
{
	const char *p = data;
	size_t left = len;
	ssize_t n;

	while (left > 0) {
		n = stream->is_shared ? write_shared(stream->fd, p, left)
				      : write(stream->fd, p, left);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			break;
		p += n;
		left -= (size_t)n;
	}
	return len - left;
}
