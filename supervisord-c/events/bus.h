/* SPDX-License-Identifier: ISC */
#ifndef EVENTS_BUS_H
#define EVENTS_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "events/event_type.h"

/*
 * Publishes what happens to whoever asked (contract C7).  An event nobody hears
 * costs nothing: ask bus_wants before a payload is made.
 */
struct bus;
struct bus_subscription;

struct event {
	enum event_type type;
	const char *payload; /* bytes as a listener gets them, lent */
	size_t len;
	/* Given when the first subscriber accepts; see bus_serial. */
	int64_t *serial;
};

typedef void (*bus_fn)(const struct event *, void *arg);

struct bus *bus_create(void);
void bus_free(struct bus *); /* all subscriptions were ended before */

/* Called for the type and its descendants. */
struct bus_subscription *bus_subscribe(struct bus *, enum event_type, bus_fn,
    void *arg);
/* One subscription to several types: called once an event. */
struct bus_subscription *bus_subscribe_all(struct bus *,
    const enum event_type *types, size_t count, bus_fn, void *arg);
void bus_unsubscribe(struct bus_subscription *); /* takes NULL; safe while
    the bus publishes */
bool bus_wants(const struct bus *, enum event_type);
void bus_publish(struct bus *, enum event_type, const char *payload, size_t);
/* The number of this event, the same for every subscriber, never reused. */
int64_t bus_serial(struct bus *, const struct event *);
/* Called whenever what bus_wants says may have changed (ticks need it). */
void bus_on_change(struct bus *, void (*fn)(void *arg), void *arg);

#endif
