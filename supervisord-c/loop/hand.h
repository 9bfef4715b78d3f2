/* SPDX-License-Identifier: ISC */
#ifndef LOOP_HAND_H
#define LOOP_HAND_H

/*
 * A second thread that takes a piece of work while the loop's own thread does
 * another.  It works inside hand_share only; at any other time, as in every
 * fork, it sleeps and touches nothing.
 */
struct hand;

/* hand: 0 for the caller's piece of work, 1 for the one beside it. */
typedef void (*hand_fn)(int hand, void *arg);

/* No thread yet: it is made when it is first of use.  Never NULL. */
struct hand *hand_create(void);
/* Ends the thread.  Takes NULL. */
void hand_free(struct hand *);

/*
 * Calls mine here and theirs beside it, and returns when both have.  Both run here, one after the other, if there is one processor
 * only, if a thread cannot be had, or if it was not scheduled in time: nobody
 * ever waits for a thread that has not begun.
 */
void hand_share(struct hand *, hand_fn mine, void *my_arg, hand_fn theirs,
    void *their_arg);

#endif
