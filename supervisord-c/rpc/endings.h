/* SPDX-License-Identifier: ISC */
#ifndef RPC_ENDINGS_H
#define RPC_ENDINGS_H

#include <stddef.h>
#include <stdint.h>

/*
 * The order in which the processes of a group stand in its answer (contract
 * C2.6): as they ended.  Supervisor looks again every 50 ms at best, and what
 * has ended between two looks stands in the order of the configuration; so a
 * look begins here with the first end and takes in all of the next 50 ms.
 */
struct endings {
	size_t *order; /* indices of processes, in the order of the answer */
	size_t count;
	size_t look;	 /* where the ends of the current look begin */
	int64_t look_ms; /* when it began; -1: with the next end */
};

#define ENDINGS_LOOK_MS 50

/* For at most size ends; done frees. */
void endings_init(struct endings *, size_t size);
void endings_done(struct endings *);

/* The process of this index has ended; time never goes back. */
void endings_add(struct endings *, size_t index, int64_t now_ms);
/* What ends from now on comes behind what has ended, however soon. */
void endings_next_look(struct endings *);

#endif
