/* SPDX-License-Identifier: ISC */
#ifndef SUPERVISOR_TICKS_H
#define SUPERVISOR_TICKS_H

#include "events/bus.h"
#include "loop/loop.h"

/*
 * TICK_5, TICK_60 and TICK_3600, aligned to the calendar (contract C7.3).  The
 * timer is armed only while somebody subscribes.
 */
struct ticks;

/* Becomes the bus's bus_on_change. */
struct ticks *ticks_create(struct loop *, struct bus *);
void ticks_free(struct ticks *); /* takes NULL */

#endif
