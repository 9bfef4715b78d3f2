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
#include <sys/param.h>
#include <sys/queue.h>

#include "base/xmalloc.h"
#include "loop/background.h"
#include "loop/hand.h"
#include "loop/loop.h"

/* How many turns in a row may belong to others before the background has one:
 * at some 50 us each its wait stays below that for one chunk of a log. */
#define BACKGROUND_PATIENCE 8

/* Work is shared after so many turns that belonged to nobody else: a client
 * that calls all the time waits for one chunk only, and for no other thread,
 * which may have lost its processor. */
#define QUIET_TURNS 8

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
	struct background *background;
	struct event *background_event;
	struct event *rest_event;
	struct hand *hand;
	/* Those whose work is shared in this turn. */
	struct sharer {
		struct loop_watch *watch; /* NULL: ended since */
		unsigned int ready;
	} sharers[LOOP_PIECES];
	unsigned int sharer_count;
	bool background_ready;
	int own;	 /* events of this turn that are the background's */
	int passed_over; /* turns in which it was ready and others were, too */
	int unshared;	 /* turns for which no work is shared */
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
	struct event *event; /* NULL: in the background */
	struct background_entry entry;
	int fd;
	unsigned int wanted;
	loop_watch_fn fn;
	loop_work_fn work; /* NULL: all is done in fn */
	void *arg;
};

static void
on_background_ready(evutil_socket_t fd, short what, void *arg)
{
	struct loop *loop = arg;

	(void)fd;
	(void)what;
	loop->background_ready = true;
	loop->own++;
}

static void
on_rest_over(evutil_socket_t fd, short what, void *arg)
{
	struct loop *loop = arg;

	(void)fd;
	(void)what;
	background_end_rest(loop->background);
	loop->background_ready |= background_has_more(loop->background);
	loop->own++;
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

static int
open_queues(struct loop *loop)
{
	struct event_config *config = event_config_new();

	if (config == NULL)
		return -1;
	event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
	loop->base = event_base_new_with_config(config);
	event_config_free(config);
	if (loop->base == NULL)
		return -1;
	loop->background = background_create();
	if (loop->background == NULL)
		return -1;
	loop->background_event =
	    new_event(loop, background_fd(loop->background),
		EV_READ | EV_PERSIST, on_background_ready, loop);
	loop->rest_event = new_event(loop, background_rest_fd(loop->background),
	    EV_READ | EV_PERSIST, on_rest_over, loop);
	if (event_add(loop->rest_event, NULL) == -1)
		return -1;
	return event_add(loop->background_event, NULL);
}

static void
close_queues(struct loop *loop)
{
	if (loop->background_event != NULL)
		event_free(loop->background_event);
	if (loop->rest_event != NULL)
		event_free(loop->rest_event);
	background_free(loop->background);
	if (loop->base != NULL)
		event_base_free(loop->base);
}

struct loop *
loop_create(void)
{
	struct loop *loop = xcalloc(1, sizeof(*loop));

	STAILQ_INIT(&loop->deferred);
	if (open_queues(loop) == 0) {
		loop->hand = hand_create();
		return loop;
	}
	close_queues(loop);
	free(loop);
	return NULL;
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
	close_queues(loop);
	hand_free(loop->hand);
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

/* Those that are known to be ready as well, in their order. */
static void
take_sharers(struct loop *loop)
{
	struct background_entry *entry;
	struct loop_watch *next;

	while (loop->sharer_count < LOOP_PIECES && loop->unshared == 0 &&
	    (entry = background_peek(loop->background)) != NULL) {
		next = entry->subject;
		if (next->work == NULL)
			break;
		background_take(loop->background,
		    &loop->sharers[loop->sharer_count].ready);
		loop->sharers[loop->sharer_count++].watch = next;
	}
}

static void
do_piece(unsigned int piece, void *arg)
{
	struct loop *loop = arg;
	struct loop_watch *watch = loop->sharers[piece].watch;

	watch->work(piece, watch->arg);
}

static void
call_watch(struct loop_watch *watch, unsigned int ready)
{
	watch->fn(watch->fd, ready, watch->arg);
	background_done(watch->loop->background, &watch->entry);
}

static void
call_with_work(struct loop *loop, struct loop_watch *watch, unsigned int ready)
{
	loop->sharers[0] = (struct sharer){ watch, ready };
	loop->sharer_count = 1;
	take_sharers(loop);
	hand_share(loop->hand, loop->sharer_count, do_piece, loop);
	for (unsigned int i = 0; i < loop->sharer_count; i++) {
		watch = loop->sharers[i].watch;
		if (watch != NULL)
			call_watch(watch, loop->sharers[i].ready);
	}
	loop->sharer_count = 0;
}

static void
run_background(struct loop *loop)
{
	struct background_entry *entry;
	struct loop_watch *watch;
	unsigned int ready;

	loop->passed_over = 0;
	entry = background_take(loop->background, &ready);
	if (entry != NULL) {
		watch = entry->subject;
		if (watch->work != NULL)
			call_with_work(loop, watch, ready);
		else
			call_watch(watch, ready);
		run_deferred(loop);
	}
	loop->background_ready = background_has_more(loop->background);
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
	bool others;
	int result;

	if (loop->background_ready)
		flags |= EVLOOP_NONBLOCK;
	count_active(loop);
	loop->own = 0;
	result = event_base_loop(loop->base, EVLOOP_ONCE | flags);
	run_deferred(loop);
	if (!loop->background_ready)
		return result;
	others = count_active(loop) > loop->own;
	loop->unshared = others ? QUIET_TURNS : MAX(loop->unshared - 1, 0);
	if (!others || ++loop->passed_over > BACKGROUND_PATIENCE)
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
	watch->fn(fd, ready, watch->arg);
}

struct loop_watch *
loop_watch_create_background(struct loop *loop, int fd, loop_watch_fn fn,
    void *arg)
{
	struct loop_watch *watch = xcalloc(1, sizeof(*watch));

	watch->loop = loop;
	watch->fd = fd;
	watch->entry.fd = fd;
	watch->entry.subject = watch;
	watch->fn = fn;
	watch->arg = arg;
	return watch;
}

struct loop_watch *
loop_watch_create(struct loop *loop, int fd, loop_watch_fn fn, void *arg)
{
	struct loop_watch *watch =
	    loop_watch_create_background(loop, fd, fn, arg);

	watch->event =
	    new_event(loop, fd, EV_READ | EV_PERSIST, on_watch_ready, watch);
	return watch;
}

static int
want_event(struct loop_watch *watch, unsigned int what)
{
	short flags = EV_PERSIST;

	event_del(watch->event);
	if (what == 0)
		return 0;
	if (what & LOOP_READ)
		flags |= EV_READ;
	if (what & LOOP_WRITE)
		flags |= EV_WRITE;
	event_assign(watch->event, watch->loop->base, watch->fd, flags,
	    on_watch_ready, watch);
	return event_add(watch->event, NULL);
}

void
loop_watch_share(struct loop_watch *watch, loop_work_fn work)
{
	watch->work = work;
}

void
loop_watch_found_little(struct loop_watch *watch)
{
	background_found_little(watch->loop->background, &watch->entry);
}

static void
forget_sharer(struct loop *loop, const struct loop_watch *watch)
{
	for (unsigned int i = 0; i < loop->sharer_count; i++) {
		if (loop->sharers[i].watch == watch)
			loop->sharers[i].watch = NULL;
	}
}

int
loop_watch_want(struct loop_watch *watch, unsigned int what)
{
	int result;

	if (what == watch->wanted)
		return 0;
	if (what == 0)
		forget_sharer(watch->loop, watch);
	if (watch->event != NULL)
		result = want_event(watch, what);
	else
		result = background_watch(watch->loop->background,
		    &watch->entry, what);
	watch->wanted = result == 0 ? what : 0;
	return result;
}

void
loop_watch_free(struct loop_watch *watch)
{
	if (watch == NULL)
		return;
	loop_watch_want(watch, 0);
	if (watch->event != NULL)
		event_free(watch->event);
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
