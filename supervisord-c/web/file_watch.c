/* SPDX-License-Identifier: ISC */
/*
 * One inotify descriptor for all watches, made for the first of them.  A watch
 * is two: the file, for what is written to it, and its folder, for a new file
 * of that name.  The kernel gives equal inodes equal numbers, so a number is
 * given back only when no other watch has it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/queue.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "web/file_watch.h"

#define POLL_MS	      200
#define FILE_EVENTS   (IN_MODIFY | IN_MOVE_SELF | IN_ATTRIB)
#define FOLDER_EVENTS (IN_CREATE | IN_MOVED_TO | IN_ONLYDIR)

struct file_watch {
	struct file_watches *watches;
	char *path;
	char *folder;
	int file_number, folder_number; /* -1: not watched */
	loop_fn fn;
	void *arg;
	bool is_due;
	LIST_ENTRY(file_watch) next;
};

struct file_watches {
	struct loop *loop;
	int fd; /* -1: none yet, or none to be had */
	struct loop_watch *readable;
	struct loop_timer *poll; /* instead of inotify */
	LIST_HEAD(, file_watch) all;
};

static void on_poll_due(void *);

struct file_watches *
file_watches_create(struct loop *loop)
{
	struct file_watches *watches = xcalloc(1, sizeof(*watches));

	watches->loop = loop;
	watches->fd = -1;
	watches->poll = loop_timer_create(loop, on_poll_due, watches);
	LIST_INIT(&watches->all);
	return watches;
}

static void
close_inotify(struct file_watches *watches)
{
	loop_watch_free(watches->readable);
	watches->readable = NULL;
	fd_close(&watches->fd);
}

void
file_watches_free(struct file_watches *watches)
{
	close_inotify(watches);
	loop_timer_free(watches->poll);
	free(watches);
}

/* A callback may end other watches, so each round begins anew. */
static void
call_due(struct file_watches *watches)
{
	struct file_watch *watch = LIST_FIRST(&watches->all);

	while (watch != NULL) {
		if (!watch->is_due) {
			watch = LIST_NEXT(watch, next);
			continue;
		}
		watch->is_due = false;
		watch->fn(watch->arg);
		watch = LIST_FIRST(&watches->all);
	}
}

static void
mark_due(struct file_watches *watches, const struct inotify_event *event)
{
	struct file_watch *watch;

	LIST_FOREACH(watch, &watches->all, next) {
		if (event->wd == watch->file_number ||
		    event->wd == watch->folder_number ||
		    (event->mask & IN_Q_OVERFLOW) != 0)
			watch->is_due = true;
	}
}

static void
on_inotify_ready(int fd, unsigned int ready, void *arg)
{
	struct file_watches *watches = arg;
	char buffer[16384]
	    __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t len = read(fd, buffer, sizeof(buffer));

	(void)ready;
	for (char *p = buffer; len > 0 && p < buffer + len;) {
		const struct inotify_event *event = (const void *)p;

		mark_due(watches, event);
		p += sizeof(*event) + event->len;
	}
	call_due(watches);
}

static void
on_poll_due(void *arg)
{
	struct file_watches *watches = arg;
	struct file_watch *watch;

	LIST_FOREACH(watch, &watches->all, next)
		watch->is_due = true;
	loop_timer_set(watches->poll, POLL_MS);
	call_due(watches);
}

static void
open_inotify(struct file_watches *watches)
{
	watches->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (watches->fd == -1)
		return;
	watches->readable = loop_watch_create(watches->loop, watches->fd,
	    on_inotify_ready, watches);
	if (loop_watch_want(watches->readable, LOOP_READ) == -1)
		close_inotify(watches);
}

static void
fall_back(struct file_watches *watches)
{
	if (loop_timer_is_set(watches->poll))
		return;
	log_warn("cannot be told of changes to logs, looking every %d ms",
	    POLL_MS);
	loop_timer_set(watches->poll, POLL_MS);
}

static bool
is_used(const struct file_watches *watches, int number)
{
	const struct file_watch *watch;

	LIST_FOREACH(watch, &watches->all, next) {
		if (watch->file_number == number ||
		    watch->folder_number == number)
			return true;
	}
	return false;
}

static void
give_back(struct file_watches *watches, int *number)
{
	int old = *number;

	*number = -1;
	if (old != -1 && !is_used(watches, old))
		(void)inotify_rm_watch(watches->fd, old);
}

void
file_watch_renew(struct file_watch *watch)
{
	struct file_watches *watches = watch->watches;
	int number = inotify_add_watch(watches->fd, watch->path, FILE_EVENTS);

	/* The name may be free at this moment; the folder will tell. */
	if (number == -1 && errno != ENOENT)
		fall_back(watches);
	if (number != watch->file_number)
		give_back(watches, &watch->file_number);
	watch->file_number = number;
}

struct file_watch *
file_watch_create(struct file_watches *watches, const char *path, loop_fn fn,
    void *arg)
{
	struct file_watch *watch = xcalloc(1, sizeof(*watch));
	const char *slash = strrchr(path, '/');

	if (watches->fd == -1)
		open_inotify(watches);
	watch->watches = watches;
	watch->path = xstrdup(path);
	watch->folder = slash == NULL
	    ? xstrdup(".")
	    : xstrndup(path, (size_t)(slash - path) + 1);
	watch->fn = fn;
	watch->arg = arg;
	watch->file_number = -1;
	watch->folder_number =
	    inotify_add_watch(watches->fd, watch->folder, FOLDER_EVENTS);
	if (watch->folder_number == -1)
		fall_back(watches);
	LIST_INSERT_HEAD(&watches->all, watch, next);
	file_watch_renew(watch);
	return watch;
}

void
file_watch_free(struct file_watch *watch)
{
	struct file_watches *watches;

	if (watch == NULL)
		return;
	watches = watch->watches;
	LIST_REMOVE(watch, next);
	give_back(watches, &watch->file_number);
	give_back(watches, &watch->folder_number);
	if (LIST_EMPTY(&watches->all)) {
		loop_timer_clear(watches->poll);
		close_inotify(watches);
	}
	free(watch->path);
	free(watch->folder);
	free(watch);
}
