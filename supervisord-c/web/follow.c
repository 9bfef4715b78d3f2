/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/xmalloc.h"
#include "web/follow.h"

/* The file of that name if it is a regular one; -1 and errno. */
static int
open_regular(const char *path, struct stat *st)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd == -1)
		return -1;
	if (fstat(fd, st) == -1 || !S_ISREG(st->st_mode)) {
		fd_close(&fd);
		errno = ENOENT;
	}
	return fd;
}

static void
take_file(struct follow *follow, int fd, const struct stat *st)
{
	follow->fd = fd;
	follow->dev = st->st_dev;
	follow->ino = st->st_ino;
	follow->mtime = st->st_mtime;
	follow->offset = 0;
}

int
follow_open(struct follow *follow, const char *path, int64_t last_bytes)
{
	struct stat st;
	int fd = open_regular(path, &st);

	if (fd == -1)
		return -1;
	take_file(follow, fd, &st);
	if (st.st_size > last_bytes)
		follow->offset = st.st_size - last_bytes;
	follow->path = xstrdup(path);
	return 0;
}

void
follow_close(struct follow *follow)
{
	fd_close(&follow->fd);
	free(follow->path);
	follow->path = NULL;
}

/* Whether another file has the name now; if so it is taken.  An unlinked file
 * is followed until there is one again. */
static bool
take_replacement(struct follow *follow)
{
	struct stat st;
	int fd;

	if (stat(follow->path, &st) == -1 ||
	    (st.st_dev == follow->dev && st.st_ino == follow->ino))
		return false;
	fd = open_regular(follow->path, &st);
	if (fd == -1)
		return false;
	fd_close(&follow->fd);
	take_file(follow, fd, &st);
	return true;
}

enum follow_result
follow_read(struct follow *follow, void *buffer, size_t size, size_t *len)
{
	ssize_t n = pread(follow->fd, buffer, size, follow->offset);
	struct stat st;

	if (n > 0) {
		follow->offset += n;
		*len = (size_t)n;
		return FOLLOW_BYTES;
	}
	if (fstat(follow->fd, &st) == 0 && st.st_size < follow->offset) {
		follow->offset = 0;
		return FOLLOW_TRUNCATED;
	}
	return take_replacement(follow) ? FOLLOW_REPLACED : FOLLOW_NOTHING;
}
