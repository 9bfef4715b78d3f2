/* SPDX-License-Identifier: ISC */
#ifndef LOOP_HAND_H
#define LOOP_HAND_H

/*
 * A second thread that takes pieces of work off the loop's own.  It works
 * inside hand_share only; at any other time, as in every fork, it sleeps and
 * touches nothing.
 */
struct hand;

/* piece: which of the pieces of work is to be done. */
typedef void (*hand_fn)(unsigned int piece, void *arg);

/* No thread yet: it is made when it is first of use.  Never NULL. */
struct hand *hand_create(void);
/* Ends the thread.  Takes NULL. */
void hand_free(struct hand *);

/*
 * Calls work once for each piece from 0 to count - 1, some of them here and
 * some beside it, and returns when all calls have.  All run here if there is
 * one piece or one processor only, if a thread cannot be had, or if it was not
 * scheduled in time: nobody ever waits for a thread that has not begun.
 */
void hand_share(struct hand *, unsigned int count, hand_fn work, void *arg);

#endif
