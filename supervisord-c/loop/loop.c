/* SPDX-License-Identifier: ISC */
/*
 * A thin coat over libevent: it gives timers in milliseconds, one shape of
 * callback, and work at the end of a turn, so that no other file has to know
 * what an event is.  Signals are blocked in no other place; libevent turns
 * them into loop events through its own socket pair.
 */
#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "base/xmalloc.h"
#include "loop/loop.h"

/* How many turns in a row may belong to others before the background has one:
 * at some 50 us each its wait stays below that for one chunk of a log. */
#define BACKGROUND_PATIENCE 8

struct deferred {
	loop_fn fn;
	void *arg;
	STAILQ_ENTRY(deferred) next;
};

struct loop {
	struct event_base *base;
	struct event *signals[NSIG];
	struct loop_signal *signal_owners[NSIG];
	STAILQ_HEAD(, deferred) deferred;
	/* Background watches that are ready, and how many callbacks of this
	 * turn did no more than say so. */
	TAILQ_HEAD(, loop_watch) background;
	int marked;
	int passed_over; /* turns */
	bool stopping;
};

struct loop_signal {
	loop_signal_fn fn;
	void *arg;
};

struct loop_timer {
	struct event *event;
	loop_fn fn;
	void *arg;
};

struct loop_watch {
	struct loop *loop;
	struct event *event;
	int fd;
	unsigned int wanted;
	loop_watch_fn fn;
	void *arg;
	bool in_background;
	unsigned int queued; /* ready for this, and in loop->background */
	TAILQ_ENTRY(loop_watch) next;
};

struct loop *
loop_create(void)
{
	struct event_config *config = event_config_new();
	struct loop *loop;

	if (config == NULL)
		return NULL;
	loop = xcalloc(1, sizeof(*loop));
	STAILQ_INIT(&loop->deferred);
	TAILQ_INIT(&loop->background);
	event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
	loop->base = event_base_new_with_config(config);
	event_config_free(config);
	if (loop->base == NULL) {
		free(loop);
		return NULL;
	}
	return loop;
}

static struct deferred *
take_deferred(struct loop *loop)
{
	struct deferred *call = STAILQ_FIRST(&loop->deferred);

	if (call != NULL)
		STAILQ_REMOVE_HEAD(&loop->deferred, next);
	return call;
}

void
loop_free(struct loop *loop)
{
	struct deferred *call;

	if (loop == NULL)
		return;
	for (int signo = 1; signo < NSIG; signo++)
		loop_signal_off(loop, signo);
	while ((call = take_deferred(loop)) != NULL)
		free(call);
	event_base_free(loop->base);
	free(loop);
}

/* Calls may defer more; those are part of the same turn. */
static void
run_deferred(struct loop *loop)
{
	struct deferred *call;

	while ((call = take_deferred(loop)) != NULL) {
		call->fn(call->arg);
		free(call);
	}
}

static void
unqueue(struct loop_watch *watch)
{
	if (watch->queued != 0)
		TAILQ_REMOVE(&watch->loop->background, watch, next);
	watch->queued = 0;
}

static void
run_background(struct loop *loop)
{
	struct loop_watch *watch = TAILQ_FIRST(&loop->background);
	unsigned int ready = watch->queued;

	loop->passed_over = 0;
	unqueue(watch);
	watch->fn(watch->fd, ready, watch->arg);
	run_deferred(loop);
}

/* How many events were active at once since the last call. */
static int
count_active(struct loop *loop)
{
	return event_base_get_max_events(loop->base, EVENT_BASE_COUNT_ACTIVE,
	    1);
}

static int
one_turn(struct loop *loop, int flags)
{
	int result;

	if (!TAILQ_EMPTY(&loop->background))
		flags |= EVLOOP_NONBLOCK;
	loop->marked = 0;
	count_active(loop);
	result = event_base_loop(loop->base, EVLOOP_ONCE | flags);
	run_deferred(loop);
	if (TAILQ_EMPTY(&loop->background))
		return result;
	/* More events than those that marked a watch: others are busy. */
	if (count_active(loop) <= loop->marked ||
	    ++loop->passed_over > BACKGROUND_PATIENCE)
		run_background(loop);
	return result;
}

void
loop_turn(struct loop *loop)
{
	run_deferred(loop);
	one_turn(loop, EVLOOP_NONBLOCK);
}

void
loop_run(struct loop *loop)
{
	loop->stopping = false;
	run_deferred(loop);
	while (!loop->stopping) {
		if (one_turn(loop, EVLOOP_NO_EXIT_ON_EMPTY) == -1)
			break;
	}
}

void
loop_stop(struct loop *loop)
{
	loop->stopping = true;
	event_base_loopbreak(loop->base);
}

void
loop_defer(struct loop *loop, loop_fn fn, void *arg)
{
	struct deferred *call = xcalloc(1, sizeof(*call));

	call->fn = fn;
	call->arg = arg;
	STAILQ_INSERT_TAIL(&loop->deferred, call, next);
}

void
loop_defer_cancel(struct loop *loop, loop_fn fn, void *arg)
{
	struct deferred *call, *after;

	for (call = STAILQ_FIRST(&loop->deferred); call != NULL; call = after) {
		after = STAILQ_NEXT(call, next);
		if (call->fn != fn || call->arg != arg)
			continue;
		STAILQ_REMOVE(&loop->deferred, call, deferred, next);
		free(call);
	}
}

static void
on_timer_due(evutil_socket_t fd, short what, void *arg)
{
	struct loop_timer *timer = arg;

	(void)fd;
	(void)what;
	timer->fn(timer->arg);
}

/* libevent returns NULL only without memory: as xmalloc, there is no way on. */
static struct event *
new_event(struct loop *loop, int fd, short what, event_callback_fn fn,
    void *arg)
{
	struct event *event = event_new(loop->base, fd, what, fn, arg);

	if (event == NULL)
		abort();
	return event;
}

struct loop_timer *
loop_timer_create(struct loop *loop, loop_fn fn, void *arg)
{
	struct loop_timer *timer = xcalloc(1, sizeof(*timer));

	timer->fn = fn;
	timer->arg = arg;
	timer->event = new_event(loop, -1, 0, on_timer_due, timer);
	return timer;
}

void
loop_timer_set(struct loop_timer *timer, int64_t delay_ms)
{
	struct timeval tv;

	if (delay_ms < 0)
		delay_ms = 0;
	tv.tv_sec = (time_t)(delay_ms / 1000);
	tv.tv_usec = (suseconds_t)(delay_ms % 1000) * 1000;
	event_add(timer->event, &tv);
}

void
loop_timer_clear(struct loop_timer *timer)
{
	event_del(timer->event);
}

bool
loop_timer_is_set(const struct loop_timer *timer)
{
	return event_pending(timer->event, EV_TIMEOUT, NULL) != 0;
}

void
loop_timer_free(struct loop_timer *timer)
{
	if (timer == NULL)
		return;
	event_free(timer->event);
	free(timer);
}

static void
on_watch_ready(evutil_socket_t fd, short what, void *arg)
{
	struct loop_watch *watch = arg;
	unsigned int ready = 0;

	if (what & EV_READ)
		ready |= LOOP_READ;
	if (what & EV_WRITE)
		ready |= LOOP_WRITE;
	if (!watch->in_background) {
		watch->fn(fd, ready, watch->arg);
		return;
	}
	watch->loop->marked++;
	if (watch->queued == 0)
		TAILQ_INSERT_TAIL(&watch->loop->background, watch, next);
	watch->queued |= ready;
}

struct loop_watch *
loop_watch_create(struct loop *loop, int fd, loop_watch_fn fn, void *arg)
{
	struct loop_watch *watch = xcalloc(1, sizeof(*watch));

	watch->loop = loop;
	watch->fd = fd;
	watch->fn = fn;
	watch->arg = arg;
	watch->event =
	    new_event(loop, fd, EV_READ | EV_PERSIST, on_watch_ready, watch);
	return watch;
}

int
loop_watch_want(struct loop_watch *watch, unsigned int what)
{
	short flags = EV_PERSIST;

	if (what == watch->wanted)
		return 0;
	event_del(watch->event);
	unqueue(watch);
	watch->wanted = 0;
	if (what == 0)
		return 0;
	if (what & LOOP_READ)
		flags |= EV_READ;
	if (what & LOOP_WRITE)
		flags |= EV_WRITE;
	event_assign(watch->event, watch->loop->base, watch->fd, flags,
	    on_watch_ready, watch);
	if (event_add(watch->event, NULL) == -1)
		return -1;
	watch->wanted = what;
	return 0;
}

void
loop_watch_in_background(struct loop_watch *watch)
{
	watch->in_background = true;
}

void
loop_watch_free(struct loop_watch *watch)
{
	if (watch == NULL)
		return;
	event_free(watch->event);
	unqueue(watch);
	free(watch);
}

static void
on_signal_caught(evutil_socket_t signo, short what, void *arg)
{
	struct loop_signal *owner = arg;

	(void)what;
	owner->fn((int)signo, owner->arg);
}

int
loop_signal_on(struct loop *loop, int signo, loop_signal_fn fn, void *arg)
{
	struct loop_signal *owner = xcalloc(1, sizeof(*owner));

	owner->fn = fn;
	owner->arg = arg;
	loop_signal_off(loop, signo);
	loop->signal_owners[signo] = owner;
	loop->signals[signo] = new_event(loop, signo, EV_SIGNAL | EV_PERSIST,
	    on_signal_caught, owner);
	return event_add(loop->signals[signo], NULL);
}

void
loop_signal_off(struct loop *loop, int signo)
{
	if (loop->signals[signo] == NULL)
		return;
	event_free(loop->signals[signo]);
	free(loop->signal_owners[signo]);
	loop->signals[signo] = NULL;
	loop->signal_owners[signo] = NULL;
}

int
loop_after_fork(struct loop *loop)
{
	return event_reinit(loop->base);
}

struct event_base *
loop_event_base(struct loop *loop)
{
	return loop->base;
}
