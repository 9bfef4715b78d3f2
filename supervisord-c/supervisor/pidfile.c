/* SPDX-License-Identifier: ISC */
/*
 * The pid file is not what keeps a second daemon away (the servers' sockets
 * are), but a second one must not break the first one's file either: a living
 * owner holds a lock on it, and only the own file is removed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "supervisor/pidfile.h"

struct pidfile {
	char *path;
	int fd; /* holds the lock */
};

static int
write_pid(int fd)
{
	char *text = xasprintf("%ld\n", (long)getpid());
	int result = ftruncate(fd, 0);

	/* Not a regular file, such as /dev/null: there is nothing to cut. */
	if (result == -1 && errno == EINVAL)
		result = 0;
	if (result == 0)
		result = fd_write_all(fd, text, strlen(text));
	free(text);
	return result;
}

/* A file system without locks (NFS without its daemon) has no owner to ask. */
static bool
is_held_by_another(int fd)
{
	return flock(fd, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK;
}

struct pidfile *
pidfile_write(const char *path)
{
	struct pidfile *pidfile;
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);

	if (fd == -1 || is_held_by_another(fd) || write_pid(fd) == -1) {
		log_criticalx("could not write pidfile %s", path);
		fd_close(&fd);
		return NULL;
	}
	log_info("supervisord started with pid %ld", (long)getpid());
	pidfile = xcalloc(1, sizeof(*pidfile));
	pidfile->path = xstrdup(path);
	pidfile->fd = fd;
	return pidfile;
}

static bool
is_still_ours(const struct pidfile *pidfile)
{
	struct stat ours, there;

	return fstat(pidfile->fd, &ours) == 0 &&
	    lstat(pidfile->path, &there) == 0 && S_ISREG(there.st_mode) &&
	    ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

void
pidfile_remove(struct pidfile *pidfile)
{
	if (pidfile == NULL)
		return;
	if (is_still_ours(pidfile))
		(void)unlink(pidfile->path); /* as well if it is gone */
	fd_close(&pidfile->fd);
	free(pidfile->path);
	free(pidfile);
}
