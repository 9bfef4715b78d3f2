/* SPDX-License-Identifier: ISC */
/* The calendar is set by hand; only the loop's waiting is real. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "supervisor/ticks.h"

enum {
	HOUR = 1795446000, /* a multiple of 3600 */
};

static struct loop *loop;
static struct bus *bus;
static struct strbuf heard = STRBUF_INIT;

static void
begin(void)
{
	loop = loop_create();
	bus = bus_create();
}

static void
end(void)
{
	clock_release();
	bus_free(bus);
	loop_free(loop);
	strbuf_done(&heard);
}

TestSuite(ticks, .init = begin, .fini = end, .timeout = 30);

static void
on_tick(const struct event *event, void *arg)
{
	(void)arg;
	strbuf_addf(&heard, "%s ", event_type_name(event->type));
	strbuf_add(&heard, event->payload, event->len);
	strbuf_addch(&heard, '\n');
	loop_stop(loop);
}

/* The calendar shows 20 ms before this second; then this second. */
static void
pass(int64_t second)
{
	clock_freeze(1000, second * 1000 - 20);
}

Test(ticks, come_at_boundaries_the_short_ones_first)
{
	struct ticks *ticks;
	struct bus_subscription *s;

	pass(HOUR);
	ticks = ticks_create(loop, bus);
	s = bus_subscribe(bus, EV_TICK, on_tick, NULL);
	cr_assert_eq(heard.len, 0, "none at the start");
	/* The timer was set while the calendar showed 20 ms before; when it
	 * fires the hour has come. */
	clock_freeze(1020, HOUR * INT64_C(1000));
	loop_run(loop);
	cr_assert_str_eq(heard.data,
	    "TICK_5 when:1795446000\n"
	    "TICK_60 when:1795446000\n"
	    "TICK_3600 when:1795446000\n");
	bus_unsubscribe(s);
	ticks_free(ticks);
}

Test(ticks, one_after_a_stall)
{
	struct ticks *ticks;
	struct bus_subscription *s;

	pass(HOUR + 5);
	ticks = ticks_create(loop, bus);
	s = bus_subscribe(bus, EV_TICK_5, on_tick, NULL);
	clock_freeze(1020, (HOUR + 63) * INT64_C(1000));
	loop_run(loop);
	cr_assert_str_eq(heard.data, "TICK_5 when:1795446060\n");
	bus_unsubscribe(s);
	ticks_free(ticks);
}

Test(ticks, nobody_listens_nothing_is_armed)
{
	struct ticks *ticks;
	struct bus_subscription *s;

	pass(HOUR);
	ticks = ticks_create(loop, bus);
	s = bus_subscribe(bus, EV_TICK_60, on_tick, NULL);
	bus_unsubscribe(s);
	s = bus_subscribe(bus, EV_PROCESS_STATE, on_tick, NULL);
	clock_freeze(1020, HOUR * INT64_C(1000));
	for (int i = 0; i < 10; i++)
		loop_turn(loop);
	cr_assert_eq(heard.len, 0);
	bus_unsubscribe(s);
	/* Who comes now hears of the next boundary, not of this one. */
	s = bus_subscribe(bus, EV_TICK_60, on_tick, NULL);
	loop_turn(loop);
	cr_assert_eq(heard.len, 0);
	bus_unsubscribe(s);
	ticks_free(ticks);
}
