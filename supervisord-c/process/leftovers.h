/* SPDX-License-Identifier: ISC */
#ifndef PROCESS_LEFTOVERS_H
#define PROCESS_LEFTOVERS_H

#include "process/instance.h"

/*
 * Children that have ended while a descendant holds their output: its lines are
 * still logged, until it closes the pipe or too many such children are kept.
 */
enum {
	MAX_LEFTOVERS = 4,
};

/* All zero is empty. */
struct leftovers {
	struct instance *items[MAX_LEFTOVERS]; /* oldest first */
};

/* Takes the instance; the oldest of too many is freed. */
void leftovers_keep(struct leftovers *, struct instance *);
/* Frees those that nobody writes to any more. */
void leftovers_free_silent(struct leftovers *);
void leftovers_free_all(struct leftovers *);
/* Borrowed; NULL if there is none. */
struct instance *leftovers_newest(const struct leftovers *);
void leftovers_reopen_logs(struct leftovers *);

#endif
