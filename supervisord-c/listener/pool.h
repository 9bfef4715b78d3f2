/* SPDX-License-Identifier: ISC */
#ifndef LISTENER_POOL_H
#define LISTENER_POOL_H

#include <stdbool.h>

#include "process/group.h"

/*
 * The event listeners of a group and the events that wait for them (contract
 * C7.4, D6.2).  A subscriber of the bus like any other.
 */
struct pool;

/* Subscribes.  Borrows both; the group is one with a pool_config. */
struct pool *pool_create(const struct process_env *, struct group *);
/* Whether a listener that runs has an event in hand, or is about to be given
 * one.  When that ends the environment's changed is called. */
bool pool_is_busy(const struct pool *);
/* Before the group is freed. */
void pool_free(struct pool *); /* takes NULL */

#endif
