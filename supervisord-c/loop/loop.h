/* SPDX-License-Identifier: ISC */
#ifndef LOOP_LOOP_H
#define LOOP_LOOP_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The event loop: the only knowledge of libevent's core in the program, but
 * for http (evhttp).
 *
 * One thread, but for loop_watch_share.  Callbacks may create and free timers,
 * watches and deferred calls at will, with one rule: a callback does not free
 * the object it was called for; it asks for that with loop_defer.
 */
struct loop;
struct loop_timer;
struct loop_watch;
struct event_base;

typedef void (*loop_fn)(void *arg);
typedef void (*loop_signal_fn)(int signo, void *arg);
/* ready: what of LOOP_READ and LOOP_WRITE is possible now. */
typedef void (*loop_watch_fn)(int fd, unsigned int ready, void *arg);
/* piece: below LOOP_PIECES, another one for each work of the same turn. */
typedef void (*loop_work_fn)(unsigned int piece, void *arg);

enum {
	LOOP_READ = 1,
	LOOP_WRITE = 2,
	LOOP_PIECES = 8,
};

/* NULL with errno set if the kernel gives no event queue. */
struct loop *loop_create(void);
/* Everything that belongs to the loop must have been freed before. */
void loop_free(struct loop *);

/* Runs until loop_stop.  Each turn handles what is ready, then the deferred
 * calls. */
void loop_run(struct loop *);
/* The turn under way is finished first. */
void loop_stop(struct loop *);
/* One turn that does not wait: for tests and start-up. */
void loop_turn(struct loop *);

/* Calls fn(arg) once, at the end of this turn, in the order asked for. */
void loop_defer(struct loop *, loop_fn, void *arg);
/* Takes back what was deferred with these two values and not yet called. */
void loop_defer_cancel(struct loop *, loop_fn, void *arg);

/* A timer that is not armed yet; never NULL. */
struct loop_timer *loop_timer_create(struct loop *, loop_fn, void *arg);
/* Fires once after that many milliseconds (0: in the next turn); replaces an
 * earlier setting. */
void loop_timer_set(struct loop_timer *, int64_t delay_ms);
void loop_timer_clear(struct loop_timer *);
bool loop_timer_is_set(const struct loop_timer *);
void loop_timer_free(struct loop_timer *); /* takes NULL */

/* Watches a descriptor, which stays the caller's.  Nothing is watched until
 * loop_watch_want.  Never NULL. */
struct loop_watch *loop_watch_create(struct loop *, int fd, loop_watch_fn,
    void *arg);
/*
 * As loop_watch_create, for work that may have no end: the watch is called when
 * there is nothing else to do, one such watch a turn (up to LOOP_PIECES whose
 * work is shared), each in its turn.  While others are busy all the time it
 * still has a turn now and then.
 */
struct loop_watch *loop_watch_create_background(struct loop *, int fd,
    loop_watch_fn, void *arg);
/*
 * For a watch in the background: from now on work is called before each
 * call of the watch, possibly in a second thread, and at the same time as the
 * work of another such watch.  It does what takes long and can be told
 * afterwards: it may make system calls on what is its own and note their
 * results there, and calls nothing of the loop.  NULL: no more.
 */
void loop_watch_share(struct loop_watch *, loop_work_fn work);
/* To be said in the call of a watch in the background that has found so little
 * that it had better be called later, for more at once. */
void loop_watch_found_little(struct loop_watch *);
/* The set of LOOP_READ and LOOP_WRITE to be called for; 0 rests the watch.
 * Returns -1 and errno if the descriptor cannot be watched (EPERM: a regular
 * file). */
int loop_watch_want(struct loop_watch *, unsigned int what);
void loop_watch_free(struct loop_watch *); /* takes NULL */

/* fn is called from the loop, never from the handler, for each number.  One
 * owner per number.  -1 and errno. */
int loop_signal_on(struct loop *, int signo, loop_signal_fn, void *arg);
/* Gives the number its former disposition back. */
void loop_signal_off(struct loop *, int signo);

/* In the child of a fork that goes on with this loop: the kernel's queue is
 * made anew.  -1 if that fails. */
int loop_after_fork(struct loop *);

/* For evhttp only. */
struct event_base *loop_event_base(struct loop *);

#endif
