/* SPDX-License-Identifier: ISC */
/*
 * The kernel is asked for some ready descriptors at once, which are then
 * handed out one by one.  It puts those it has told of at the end of its list,
 * so that nobody is passed over when there are more than fit.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/xmalloc.h"
#include "loop/background.h"
#include "loop/loop.h"

enum {
	ASK_FOR = 64,
};

struct background {
	int fd;
	struct epoll_event ready[ASK_FOR];
	int next, count; /* not handed out yet; data.ptr NULL: ended since */
};

struct background *
background_create(void)
{
	struct background *background;
	int fd = epoll_create1(EPOLL_CLOEXEC);

	if (fd == -1)
		return NULL;
	background = xcalloc(1, sizeof(*background));
	background->fd = fd;
	return background;
}

void
background_free(struct background *background)
{
	if (background == NULL)
		return;
	fd_close(&background->fd);
	free(background);
}

int
background_fd(const struct background *background)
{
	return background->fd;
}

static void
forget(struct background *background, const void *subject)
{
	for (int i = background->next; i < background->count; i++) {
		if (background->ready[i].data.ptr == subject)
			background->ready[i].data.ptr = NULL;
	}
}

int
background_watch(struct background *background, int fd, unsigned int what,
    void *subject)
{
	struct epoll_event event = { .data.ptr = subject };

	forget(background, subject);
	if (what == 0)
		return epoll_ctl(background->fd, EPOLL_CTL_DEL, fd, NULL);
	if (what & LOOP_READ)
		event.events |= EPOLLIN;
	if (what & LOOP_WRITE)
		event.events |= EPOLLOUT;
	if (epoll_ctl(background->fd, EPOLL_CTL_ADD, fd, &event) == 0)
		return 0;
	if (errno != EEXIST)
		return -1;
	return epoll_ctl(background->fd, EPOLL_CTL_MOD, fd, &event);
}

static void
ask(struct background *background)
{
	int count = epoll_wait(background->fd, background->ready, ASK_FOR, 0);

	background->next = 0;
	background->count = count == -1 ? 0 : count; /* EINTR: next turn */
}

void *
background_peek(struct background *background)
{
	while (background_has_more(background)) {
		void *subject = background->ready[background->next].data.ptr;

		if (subject != NULL)
			return subject;
		background->next++;
	}
	return NULL;
}

bool
background_take(struct background *background, void **subject,
    unsigned int *ready)
{
	uint32_t events;

	if (!background_has_more(background))
		ask(background);
	*subject = background_peek(background);
	if (*subject == NULL)
		return false;
	events = background->ready[background->next++].events;
	/* An error or an end is found out by reading or writing. */
	*ready = 0;
	if (events & (EPOLLIN | EPOLLERR | EPOLLHUP))
		*ready |= LOOP_READ;
	if (events & (EPOLLOUT | EPOLLERR | EPOLLHUP))
		*ready |= LOOP_WRITE;
	return true;
}

bool
background_has_more(const struct background *background)
{
	return background->next < background->count;
}
