/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <string.h>

#include "events/bus.h"

struct ear {
	struct bus *bus;
	int heard;
	int64_t serial;
	enum event_type type;
	char payload[32];
	struct bus_subscription *own;
	struct ear *other; /* subscribes it while hearing */
};

static void
hear(const struct event *event, void *arg)
{
	struct ear *ear = arg;

	ear->heard++;
	ear->type = event->type;
	ear->serial = bus_serial(ear->bus, event);
	cr_assert_lt(event->len, sizeof(ear->payload));
	memcpy(ear->payload, event->payload, event->len);
	ear->payload[event->len] = '\0';
}

Test(bus, hears_descendants_with_their_payload)
{
	struct bus *bus = bus_create();
	struct ear ear = { .bus = bus };
	struct bus_subscription *s = bus_subscribe(bus, EV_TICK, hear, &ear);

	bus_publish(bus, EV_TICK_60, "when:60", 7);
	bus_publish(bus, EV_PROCESS_LOG_STDOUT, "no", 2);
	cr_assert_eq(ear.heard, 1);
	cr_assert_eq(ear.type, EV_TICK_60);
	cr_assert_str_eq(ear.payload, "when:60");
	bus_unsubscribe(s);
	bus_publish(bus, EV_TICK_60, "x", 1);
	cr_assert_eq(ear.heard, 1);
	bus_free(bus);
}

Test(bus, overlapping_types_are_heard_once)
{
	const enum event_type types[] = { EV_TICK, EV_TICK_5, EV_EVENT };
	struct bus *bus = bus_create();
	struct ear ear = { .bus = bus };
	struct bus_subscription *s =
	    bus_subscribe_all(bus, types, 3, hear, &ear);

	bus_publish(bus, EV_TICK_5, "", 0);
	cr_assert_eq(ear.heard, 1);
	bus_publish(bus, EV_PREFLIGHT_OK, "", 0);
	cr_assert_eq(ear.heard, 1, "EVENT does not cover PREFLIGHT");
	bus_unsubscribe(s);
	bus_free(bus);
}

Test(bus, a_serial_is_spent_only_on_what_is_accepted)
{
	struct bus *bus = bus_create();
	struct ear a = { .bus = bus }, b = { .bus = bus };
	struct bus_subscription *sa, *sb;

	bus_publish(bus, EV_TICK_5, "", 0);
	sa = bus_subscribe(bus, EV_EVENT, hear, &a);
	sb = bus_subscribe(bus, EV_TICK, hear, &b);
	bus_publish(bus, EV_TICK_5, "", 0);
	cr_assert_eq(a.serial, 0);
	cr_assert_eq(b.serial, 0, "the same in every pool");
	bus_publish(bus, EV_PROCESS_GROUP_ADDED, "", 0);
	cr_assert_eq(a.serial, 1);
	bus_unsubscribe(sa);
	bus_publish(bus, EV_PROCESS_GROUP_ADDED, "", 0);
	bus_publish(bus, EV_TICK_5, "", 0);
	cr_assert_eq(b.serial, 2, "what nobody heard has no number");
	bus_unsubscribe(sb);
	bus_free(bus);
}

static void
leave(const struct event *event, void *arg)
{
	struct ear *ear = arg;

	hear(event, arg);
	bus_unsubscribe(ear->own);
	ear->own = NULL;
}

static void
invite(const struct event *event, void *arg)
{
	struct ear *ear = arg;

	hear(event, arg);
	if (ear->other->own == NULL)
		ear->other->own =
		    bus_subscribe(ear->bus, EV_EVENT, hear, ear->other);
}

Test(bus, subscribers_come_and_go_while_it_publishes)
{
	struct bus *bus = bus_create();
	struct ear going = { .bus = bus }, coming = { .bus = bus };
	struct ear inviting = { .bus = bus, .other = &coming };

	going.own = bus_subscribe(bus, EV_EVENT, leave, &going);
	inviting.own = bus_subscribe(bus, EV_EVENT, invite, &inviting);
	bus_publish(bus, EV_TICK_5, "", 0);
	cr_assert_eq(going.heard, 1);
	cr_assert_eq(inviting.heard, 1);
	cr_assert_eq(coming.heard, 0, "it came during this event");
	bus_publish(bus, EV_TICK_5, "", 0);
	cr_assert_eq(going.heard, 1);
	cr_assert_eq(coming.heard, 1);
	bus_unsubscribe(inviting.own);
	bus_unsubscribe(coming.own);
	bus_free(bus);
}

static void
echo(const struct event *event, void *arg)
{
	struct ear *ear = arg;

	if (event->type == EV_TICK_5) {
		bus_publish(ear->bus, EV_TICK_60, "", 0);
		bus_unsubscribe(ear->own);
	}
	hear(event, arg);
}

Test(bus, events_cause_events)
{
	struct bus *bus = bus_create();
	struct ear ear = { .bus = bus };

	ear.own = bus_subscribe(bus, EV_TICK, echo, &ear);
	bus_publish(bus, EV_TICK_5, "", 0);
	cr_assert_eq(ear.heard, 2);
	cr_assert_not(bus_wants(bus, EV_TICK_5));
	bus_free(bus);
}

static void
count(void *arg)
{
	(*(int *)arg)++;
}

Test(bus, tells_when_the_audience_changes)
{
	struct bus *bus = bus_create();
	struct ear ear = { .bus = bus };
	struct bus_subscription *s;
	int changes = 0;

	bus_on_change(bus, count, &changes);
	cr_assert_not(bus_wants(bus, EV_TICK_5));
	s = bus_subscribe(bus, EV_TICK, hear, &ear);
	cr_assert(bus_wants(bus, EV_TICK_5));
	cr_assert_not(bus_wants(bus, EV_PROCESS_LOG_STDERR));
	bus_unsubscribe(s);
	cr_assert_eq(changes, 2);
	bus_unsubscribe(NULL);
	bus_free(bus);
}
