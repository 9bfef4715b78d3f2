/* SPDX-License-Identifier: ISC */
/*
 * The pid file is not what keeps a second daemon away (the servers' sockets
 * are), but a second one must not break the first one's file either: a living
 * owner holds a lock on it, and only the own file is removed.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
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
	int fd;	      /* holds the lock; -1: it could not be opened */
	bool is_held; /* by another daemon */
	bool written;
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

/* /dev/null is everybody's: daemons that want no pid file must not meet there.
 * A file system without locks (NFS without its daemon) has no owner to ask. */
static bool
is_held_by_another(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    flock(fd, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK;
}

struct pidfile *
pidfile_take(const char *path)
{
	struct pidfile *pidfile = xcalloc(1, sizeof(*pidfile));

	pidfile->path = xstrdup(path);
	pidfile->fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY);
	pidfile->is_held = pidfile->fd != -1 && is_held_by_another(pidfile->fd);
	return pidfile;
}

bool
pidfile_is_held(const struct pidfile *pidfile)
{
	return pidfile->is_held;
}

/* Its mode is that of the umask, which a daemon sets for itself at the last. */
static void
create(struct pidfile *pidfile)
{
	pidfile->fd =
	    open(pidfile->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
	pidfile->is_held = pidfile->fd != -1 && is_held_by_another(pidfile->fd);
}

/* The pid in the file; 0: there is none. */
static long
read_pid(int fd)
{
	char text[32] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0)
		return 0;
	return strtol(text, NULL, 10);
}

void
pidfile_write(struct pidfile *pidfile)
{
	long before;

	if (pidfile->fd == -1)
		create(pidfile);
	before = pidfile->fd == -1 ? 0 : read_pid(pidfile->fd);
	if (pidfile->fd == -1 || pidfile->is_held ||
	    write_pid(pidfile->fd) == -1) {
		log_criticalx("could not write pidfile %s", pidfile->path);
		return;
	}
	if (before > 0 && kill((pid_t)before, 0) == -1 && errno == ESRCH)
		log_warnx("pidfile %s was left behind by pid %ld: that daemon "
			  "did not end properly, and its programs may still "
			  "run",
		    pidfile->path, before);
	log_info("supervisord started with pid %ld", (long)getpid());
	pidfile->written = true;
}

static bool
is_still_ours(const struct pidfile *pidfile)
{
	struct stat ours, there;

	return fstat(pidfile->fd, &ours) == 0 &&
	    stat(pidfile->path, &there) == 0 && S_ISREG(there.st_mode) &&
	    ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

void
pidfile_remove(struct pidfile *pidfile)
{
	if (pidfile == NULL)
		return;
	if (pidfile->written && is_still_ours(pidfile))
		(void)unlink(pidfile->path); /* as well if it is gone */
	fd_close(&pidfile->fd);
	free(pidfile->path);
	free(pidfile);
}
