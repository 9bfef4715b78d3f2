/* SPDX-License-Identifier: ISC */
#include <stdint.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/xmalloc.h"
#include "loop/rest.h"

/* About what one chunk of a log takes, so that nobody waits longer than for
 * that; a busy pipe does not fill up in it.  libevent counts in milliseconds,
 * hence a timer of our own. */
#define REST_US 100

/* A round this close to the last one (and its rest) is a stream. */
#define CLOSE_US 50

struct rest {
	int fd;
	int calls, little; /* in this round */
	int64_t ended_us;  /* the round before */
	bool was_taken;	   /* after that */
};

struct rest *
rest_create(void)
{
	struct rest *rest;
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd == -1)
		return NULL;
	rest = xcalloc(1, sizeof(*rest));
	rest->fd = fd;
	return rest;
}

void
rest_free(struct rest *rest)
{
	if (rest == NULL)
		return;
	fd_close(&rest->fd);
	free(rest);
}

int
rest_fd(const struct rest *rest)
{
	return rest->fd;
}

void
rest_note_call(struct rest *rest)
{
	rest->calls++;
}

void
rest_note_little(struct rest *rest)
{
	rest->little++;
}

static bool
is_due(const struct rest *rest, int64_t now_us)
{
	int64_t close = CLOSE_US + (rest->was_taken ? REST_US : 0);

	return rest->calls > 0 && rest->little == rest->calls &&
	    now_us - rest->ended_us < close;
}

bool
rest_begin(struct rest *rest)
{
	const struct itimerspec spec = { .it_value.tv_nsec = REST_US * 1000 };
	int64_t now_us = clock_mono_us();

	rest->was_taken = is_due(rest, now_us) &&
	    timerfd_settime(rest->fd, 0, &spec, NULL) == 0;
	rest->ended_us = now_us;
	rest->calls = 0;
	rest->little = 0;
	return rest->was_taken;
}

void
rest_end(struct rest *rest)
{
	uint64_t times;

	(void)!read(rest->fd, &times, sizeof(times));
}
