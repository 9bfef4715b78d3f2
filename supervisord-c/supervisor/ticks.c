/* SPDX-License-Identifier: ISC */
/*
 * The clock as events.  A tick is due when the slice of the calendar changed
 * since the last look: after a stall, a suspend or a step of the clock there is
 * one, not one for each that was missed (contract C7.3).
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "base/xmalloc.h"
#include "events/payload.h"
#include "supervisor/ticks.h"

static const struct {
	enum event_type type;
	int64_t seconds;
} periods[] = {
	{ EV_TICK_5, 5 },
	{ EV_TICK_60, 60 },
	{ EV_TICK_3600, 3600 },
};

enum {
	PERIOD_COUNT = sizeof(periods) / sizeof(periods[0]),
};

struct ticks {
	struct bus *bus;
	struct loop_timer *timer;
	int64_t last[PERIOD_COUNT]; /* the slice that was seen last */
};

static int64_t
slice_now(size_t period)
{
	int64_t seconds = periods[period].seconds;

	return clock_wall().tv_sec / seconds * seconds;
}

/* To the next boundary of the shortest period that is wanted. */
static void
arm(struct ticks *ticks)
{
	for (size_t i = 0; i < PERIOD_COUNT; i++) {
		if (!bus_wants(ticks->bus, periods[i].type))
			continue;
		loop_timer_set(ticks->timer,
		    (slice_now(i) + periods[i].seconds) * 1000 -
			clock_wall_ms());
		return;
	}
	loop_timer_clear(ticks->timer);
}

static void
publish(struct bus *bus, enum event_type type, int64_t when)
{
	struct strbuf body;

	strbuf_init(&body);
	payload_tick(&body, when);
	bus_publish(bus, type, body.data, body.len);
	strbuf_done(&body);
}

static void
on_boundary(void *arg)
{
	struct ticks *ticks = arg;

	for (size_t i = 0; i < PERIOD_COUNT; i++) {
		int64_t slice = slice_now(i);

		if (slice == ticks->last[i])
			continue;
		ticks->last[i] = slice;
		publish(ticks->bus, periods[i].type, slice);
	}
	arm(ticks);
}

/* Who subscribes hears the next boundary, not those that passed unheard. */
static void
on_subscriptions_changed(void *arg)
{
	struct ticks *ticks = arg;

	for (size_t i = 0; i < PERIOD_COUNT; i++) {
		if (!loop_timer_is_set(ticks->timer))
			ticks->last[i] = slice_now(i);
	}
	arm(ticks);
}

struct ticks *
ticks_create(struct loop *loop, struct bus *bus)
{
	struct ticks *ticks = xcalloc(1, sizeof(*ticks));

	ticks->bus = bus;
	ticks->timer = loop_timer_create(loop, on_boundary, ticks);
	on_subscriptions_changed(ticks);
	bus_on_change(bus, on_subscriptions_changed, ticks);
	return ticks;
}

void
ticks_free(struct ticks *ticks)
{
	if (ticks == NULL)
		return;
	bus_on_change(ticks->bus, NULL, NULL);
	loop_timer_free(ticks->timer);
	free(ticks);
}
