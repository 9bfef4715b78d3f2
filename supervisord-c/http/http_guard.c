/* SPDX-License-Identifier: ISC */
/*
 * The watch is on the socket's own inode: it loses a link when it is unlinked.
 */
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/xmalloc.h"
#include "http/http_guard.h"

struct http_guard {
	struct loop *loop;
	int fd; /* -1: none yet, or none to be had */
	struct loop_watch *readable;
	loop_fn changed;
	void *arg;
};

struct http_guard *
http_guard_create(struct loop *loop, loop_fn changed, void *arg)
{
	struct http_guard *guard = xcalloc(1, sizeof(*guard));

	guard->loop = loop;
	guard->fd = -1;
	guard->changed = changed;
	guard->arg = arg;
	return guard;
}

static void
close_inotify(struct http_guard *guard)
{
	loop_watch_free(guard->readable);
	guard->readable = NULL;
	fd_close(&guard->fd);
}

void
http_guard_free(struct http_guard *guard)
{
	if (guard == NULL)
		return;
	close_inotify(guard);
	free(guard);
}

/* What it was does not matter: whoever is told looks for himself. */
static void
on_inotify_ready(int fd, unsigned int ready, void *arg)
{
	struct http_guard *guard = arg;
	char events[4096]
	    __attribute__((aligned(__alignof__(struct inotify_event))));

	(void)ready;
	while (read(fd, events, sizeof(events)) > 0)
		continue;
	guard->changed(guard->arg);
}

static void
open_inotify(struct http_guard *guard)
{
	guard->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (guard->fd == -1)
		return;
	guard->readable =
	    loop_watch_create(guard->loop, guard->fd, on_inotify_ready, guard);
	if (loop_watch_want(guard->readable, LOOP_READ) == -1)
		close_inotify(guard);
}

void
http_guard_add(struct http_guard *guard, const char *path)
{
	if (guard->fd == -1)
		open_inotify(guard);
	if (guard->fd != -1)
		(void)inotify_add_watch(guard->fd, path,
		    IN_ATTRIB | IN_MOVE_SELF | IN_DONT_FOLLOW);
}
