/* SPDX-License-Identifier: ISC */
/*
 * Who hears what.  A subscription is a set of types, one bit each, so that an
 * event that matches several of them is heard once, and so that asking whether
 * anybody listens is one look at a counter.
 *
 * Subscribers may come and go while an event is published: who comes hears the
 * next one first, who goes is only marked until nobody walks the list any more.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "base/xmalloc.h"
#include "events/bus.h"

_Static_assert(EVENT_TYPE_COUNT <= 64, "a subscription is 64 bits");

struct bus_subscription {
	struct bus *bus;
	uint64_t types;
	bus_fn fn;
	void *arg;
	uint64_t since; /* the first event that it hears */
	bool ended;
	TAILQ_ENTRY(bus_subscription) next;
};

struct bus {
	TAILQ_HEAD(, bus_subscription) subscriptions;
	unsigned int wanted[EVENT_TYPE_COUNT];
	unsigned int depth; /* of bus_publish, for events caused by events */
	uint64_t published;
	int64_t next_serial;
	void (*on_change)(void *arg);
	void *on_change_arg;
};

struct bus *
bus_create(void)
{
	struct bus *bus = xcalloc(1, sizeof(*bus));

	TAILQ_INIT(&bus->subscriptions);
	return bus;
}

static void
forget(struct bus_subscription *subscription)
{
	TAILQ_REMOVE(&subscription->bus->subscriptions, subscription, next);
	free(subscription);
}

static void
forget_ended(struct bus *bus)
{
	struct bus_subscription *one, *after;

	for (one = TAILQ_FIRST(&bus->subscriptions); one != NULL; one = after) {
		after = TAILQ_NEXT(one, next);
		if (one->ended)
			forget(one);
	}
}

void
bus_free(struct bus *bus)
{
	if (bus == NULL)
		return;
	assert(TAILQ_EMPTY(&bus->subscriptions));
	free(bus);
}

static uint64_t
bits_of(enum event_type ancestor)
{
	uint64_t bits = 0;

	for (enum event_type type = 0; type < EVENT_TYPE_COUNT; type++) {
		if (event_type_is_a(type, ancestor))
			bits |= UINT64_C(1) << type;
	}
	return bits;
}

/* Adds delta to the count of every type of the set, and tells. */
static void
count_wanted(struct bus *bus, uint64_t types, int delta)
{
	for (enum event_type type = 0; type < EVENT_TYPE_COUNT; type++) {
		if (types & (UINT64_C(1) << type))
			bus->wanted[type] += (unsigned int)delta;
	}
	if (bus->on_change != NULL)
		bus->on_change(bus->on_change_arg);
}

struct bus_subscription *
bus_subscribe_all(struct bus *bus, const enum event_type *types, size_t count,
    bus_fn fn, void *arg)
{
	struct bus_subscription *subscription;

	subscription = xcalloc(1, sizeof(*subscription));
	subscription->bus = bus;
	subscription->fn = fn;
	subscription->arg = arg;
	subscription->since = bus->published;
	for (size_t i = 0; i < count; i++)
		subscription->types |= bits_of(types[i]);
	TAILQ_INSERT_TAIL(&bus->subscriptions, subscription, next);
	count_wanted(bus, subscription->types, 1);
	return subscription;
}

struct bus_subscription *
bus_subscribe(struct bus *bus, enum event_type type, bus_fn fn, void *arg)
{
	return bus_subscribe_all(bus, &type, 1, fn, arg);
}

void
bus_unsubscribe(struct bus_subscription *subscription)
{
	struct bus *bus;

	if (subscription == NULL)
		return;
	bus = subscription->bus;
	subscription->ended = true;
	count_wanted(bus, subscription->types, -1);
	if (bus->depth == 0)
		forget(subscription);
}

bool
bus_wants(const struct bus *bus, enum event_type type)
{
	return bus->wanted[type] > 0;
}

static bool
hears(const struct bus_subscription *subscription, const struct event *event,
    uint64_t number)
{
	return !subscription->ended && subscription->since <= number &&
	    (subscription->types & (UINT64_C(1) << event->type)) != 0;
}

void
bus_publish(struct bus *bus, enum event_type type, const char *payload,
    size_t len)
{
	struct bus_subscription *one;
	int64_t serial = -1;
	struct event event = { .type = type,
		.payload = payload,
		.len = len,
		.serial = &serial };
	uint64_t number = bus->published++;

	if (!bus_wants(bus, type))
		return;
	bus->depth++;
	TAILQ_FOREACH(one, &bus->subscriptions, next) {
		if (hears(one, &event, number))
			one->fn(&event, one->arg);
	}
	bus->depth--;
	if (bus->depth == 0)
		forget_ended(bus);
}

int64_t
bus_serial(struct bus *bus, const struct event *event)
{
	if (*event->serial == -1) {
		*event->serial = bus->next_serial;
		/* As Supervisor: back to 0 behind the greatest. */
		bus->next_serial =
		    bus->next_serial == INT64_MAX ? 0 : bus->next_serial + 1;
	}
	return *event->serial;
}

void
bus_on_change(struct bus *bus, void (*fn)(void *arg), void *arg)
{
	bus->on_change = fn;
	bus->on_change_arg = arg;
}
