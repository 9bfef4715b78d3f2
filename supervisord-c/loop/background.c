/* SPDX-License-Identifier: ISC */
/*
 * The kernel is asked for some ready descriptors at once, which are then
 * handed out one by one.  It puts those it has told of at the end of its list,
 * so that nobody is passed over when there are more than fit.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/xmalloc.h"
#include "loop/background.h"
#include "loop/loop.h"

/* About what one chunk of a log takes, so that nobody waits longer than for
 * that.  libevent counts in milliseconds, hence a timer of our own. */
#define REST_US 100

/* Little that follows so closely on little, or on a rest, is a stream. */
#define CLOSE_US 50

/* How late the end of a rest may come to be noticed. */
#define LATE_US 100

enum {
	ASK_FOR = 64,
};

TAILQ_HEAD(entries, background_entry);

struct background {
	int fd;
	int timer;
	struct epoll_event ready[ASK_FOR];
	int next, count; /* not handed out yet; data.ptr NULL: ended since */
	struct entries resting;
	struct entries due; /* have rested */
	bool was_due;	    /* the one handed out last */
};

struct background *
background_create(void)
{
	struct background *background = xcalloc(1, sizeof(*background));

	TAILQ_INIT(&background->resting);
	TAILQ_INIT(&background->due);
	background->fd = epoll_create1(EPOLL_CLOEXEC);
	background->timer =
	    timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (background->fd != -1 && background->timer != -1)
		return background;
	background_free(background);
	return NULL;
}

void
background_free(struct background *background)
{
	if (background == NULL)
		return;
	fd_close(&background->fd);
	fd_close(&background->timer);
	free(background);
}

int
background_fd(const struct background *background)
{
	return background->fd;
}

int
background_rest_fd(const struct background *background)
{
	return background->timer;
}

static void
forget(struct background *background, const struct background_entry *entry)
{
	for (int i = background->next; i < background->count; i++) {
		if (background->ready[i].data.ptr == entry)
			background->ready[i].data.ptr = NULL;
	}
}

static int
enqueue(struct background *background, struct background_entry *entry)
{
	struct epoll_event event = { .data.ptr = entry };

	if (entry->what & LOOP_READ)
		event.events |= EPOLLIN;
	if (entry->what & LOOP_WRITE)
		event.events |= EPOLLOUT;
	if (epoll_ctl(background->fd, EPOLL_CTL_ADD, entry->fd, &event) == 0)
		return 0;
	if (errno != EEXIST)
		return -1;
	return epoll_ctl(background->fd, EPOLL_CTL_MOD, entry->fd, &event);
}

static int
dequeue(struct background *background, struct background_entry *entry)
{
	forget(background, entry);
	return epoll_ctl(background->fd, EPOLL_CTL_DEL, entry->fd, NULL);
}

static void
leave_list(struct background *background, struct background_entry *entry)
{
	if (entry->place == BACKGROUND_RESTING)
		TAILQ_REMOVE(&background->resting, entry, next);
	else if (entry->place == BACKGROUND_DUE)
		TAILQ_REMOVE(&background->due, entry, next);
	entry->place = BACKGROUND_QUEUED;
}

int
background_watch(struct background *background, struct background_entry *entry,
    unsigned int what)
{
	bool was_queued = entry->place == BACKGROUND_QUEUED;
	int saved;

	leave_list(background, entry);
	entry->what = what;
	if (what == 0)
		return was_queued ? dequeue(background, entry) : 0;
	forget(background, entry);
	if (enqueue(background, entry) == 0)
		return 0;
	saved = errno;
	dequeue(background, entry);
	entry->what = 0;
	errno = saved;
	return -1;
}

static void
rest(struct background *background, struct background_entry *entry)
{
	const struct itimerspec spec = { .it_value.tv_nsec = REST_US * 1000 };

	if (entry->place == BACKGROUND_QUEUED)
		dequeue(background, entry);
	if (TAILQ_EMPTY(&background->resting))
		timerfd_settime(background->timer, 0, &spec, NULL);
	TAILQ_INSERT_TAIL(&background->resting, entry, next);
	entry->place = BACKGROUND_RESTING;
}

void
background_end_rest(struct background *background)
{
	struct background_entry *entry;
	uint64_t times;

	(void)!read(background->timer, &times, sizeof(times));
	TAILQ_FOREACH(entry, &background->resting, next)
		entry->place = BACKGROUND_DUE;
	TAILQ_CONCAT(&background->due, &background->resting, next);
}

void
background_found_little(struct background *background,
    struct background_entry *entry)
{
	int64_t close_us = entry->has_rested ? REST_US + LATE_US : CLOSE_US;
	int64_t now_us = clock_mono_us();
	bool is_stream = now_us - entry->little_us < close_us;

	entry->little_us = now_us;
	if (is_stream && entry->what != 0 &&
	    (entry->place == BACKGROUND_QUEUED ||
		entry->place == BACKGROUND_TAKEN))
		rest(background, entry);
}

/* If the kernel has no room for it in the queue it rests once more. */
void
background_done(struct background *background, struct background_entry *entry)
{
	if (entry->place != BACKGROUND_TAKEN)
		return;
	if (enqueue(background, entry) == 0)
		entry->place = BACKGROUND_QUEUED;
	else
		rest(background, entry);
}

static void
ask(struct background *background)
{
	int count = epoll_wait(background->fd, background->ready, ASK_FOR, 0);

	background->next = 0;
	background->count = count == -1 ? 0 : count; /* EINTR: next turn */
}

static struct background_entry *
first_ready(const struct background *background)
{
	struct background_entry *entry = NULL;

	for (int i = background->next; i < background->count && entry == NULL;
	     i++)
		entry = background->ready[i].data.ptr;
	return entry;
}

/* Those that have rested and those that the kernel names take turns. */
struct background_entry *
background_peek(const struct background *background)
{
	struct background_entry *due = TAILQ_FIRST(&background->due);
	struct background_entry *ready = first_ready(background);

	return due != NULL && (ready == NULL || !background->was_due) ? due
								      : ready;
}

bool
background_has_more(const struct background *background)
{
	return background_peek(background) != NULL;
}

static unsigned int
take_due(struct background *background, struct background_entry *entry)
{
	leave_list(background, entry);
	entry->place = BACKGROUND_TAKEN;
	return entry->what;
}

/* An error or an end is found out by reading or writing. */
static unsigned int
take_ready(struct background *background, const struct background_entry *entry)
{
	uint32_t events;
	unsigned int ready = 0;

	while (background->ready[background->next].data.ptr != entry)
		background->next++;
	events = background->ready[background->next++].events;
	if (events & (EPOLLIN | EPOLLERR | EPOLLHUP))
		ready |= LOOP_READ;
	if (events & (EPOLLOUT | EPOLLERR | EPOLLHUP))
		ready |= LOOP_WRITE;
	return ready;
}

struct background_entry *
background_take(struct background *background, unsigned int *ready)
{
	struct background_entry *entry;

	if (first_ready(background) == NULL &&
	    (background->was_due || TAILQ_EMPTY(&background->due)))
		ask(background);
	entry = background_peek(background);
	if (entry == NULL)
		return NULL;
	entry->has_rested = entry->place == BACKGROUND_DUE;
	background->was_due = entry->has_rested;
	*ready = entry->has_rested ? take_due(background, entry)
				   : take_ready(background, entry);
	return entry;
}
