/* SPDX-License-Identifier: ISC */
#ifndef LOOP_REST_H
#define LOOP_REST_H

#include <stdbool.h>

/*
 * When the background had better wait.  A child that writes a line at a time
 * would have each line read and written on its own; where round follows round
 * so closely, and all that they find is little, REST_US are let pass between
 * them, in which more comes together.  Who writes now and then is never kept
 * waiting.
 */
struct rest;

/* NULL and errno if the kernel gives no timer. */
struct rest *rest_create(void);
void rest_free(struct rest *); /* takes NULL */
/* Readable when the rest is over; stays ours. */
int rest_fd(const struct rest *);

/* One call of this round, and that it found little. */
void rest_note_call(struct rest *);
void rest_note_little(struct rest *);
/* Ends the round.  True: rest, until rest_fd is readable. */
bool rest_begin(struct rest *);
/* Makes rest_fd unreadable again. */
void rest_end(struct rest *);

#endif
