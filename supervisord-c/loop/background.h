/* SPDX-License-Identifier: ISC */
#ifndef LOOP_BACKGROUND_H
#define LOOP_BACKGROUND_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

/*
 * Descriptors whose work can wait, in a kernel queue of their own (epoll(7)):
 * however many of them are ready, whoever looks after the rest sees one
 * descriptor, background_fd, and pays for one.
 *
 * A child that writes a line at a time would have each line read and written on
 * its own, and pay a quarter of the time of its write(2) for the queue that is
 * told of it.  So a descriptor where little is found time after time rests: for
 * some 100 us nobody looks at it, nor does the queue.  One where something is
 * found now and then is never kept waiting.
 */
struct background;

/* What is watched; filled with zeros, then fd and subject are set. */
struct background_entry {
	int fd;
	void *subject; /* for the caller alone */
	/* The rest is background.c's. */
	unsigned int what;
	enum {
		BACKGROUND_QUEUED, /* in the queue, if anything is wanted */
		BACKGROUND_RESTING,
		BACKGROUND_DUE,	  /* has rested */
		BACKGROUND_TAKEN, /* has rested, and is looked at */
	} place;
	bool has_rested;   /* before the call for which it is ready */
	int64_t little_us; /* when it was ready for little */
	TAILQ_ENTRY(background_entry) next;
};

/* NULL and errno if the kernel gives no queue. */
struct background *background_create(void);
void background_free(struct background *); /* takes NULL */
/* Readable while any of the watched descriptors is ready, but for those that
 * rest; stays ours. */
int background_fd(const struct background *);
/* Readable when descriptors have rested: for background_end_rest. */
int background_rest_fd(const struct background *);
void background_end_rest(struct background *);

/*
 * Waits for LOOP_READ and LOOP_WRITE on the descriptor; what == 0 ends that,
 * and must come before it is closed and before the entry goes.  -1 and errno
 * as epoll_ctl(2).
 */
int background_watch(struct background *, struct background_entry *,
    unsigned int what);

/*
 * The next one that is ready, each in its turn, and what it is ready for.  One
 * that has rested is called ready without having been looked at.  NULL if
 * there is none.  Never waits; most calls do not ask the kernel.
 */
struct background_entry *background_take(struct background *,
    unsigned int *ready);
/* What background_take would give without asking the kernel; or NULL. */
struct background_entry *background_peek(const struct background *);
/* Whether background_take knows of one without asking the kernel. */
bool background_has_more(const struct background *);

/* Between background_take and background_done: so little was found that it had
 * better rest, if it goes on like that. */
void background_found_little(struct background *, struct background_entry *);
/* To be called when all that was taken is dealt with, unless the entry has gone
 * since. */
void background_done(struct background *, struct background_entry *);

#endif
