/* SPDX-License-Identifier: ISC */
#ifndef LOOP_BACKGROUND_H
#define LOOP_BACKGROUND_H

#include <stdbool.h>

/*
 * Descriptors whose work can wait, in a kernel queue of their own (epoll(7)):
 * however many of them are ready, whoever looks after the rest sees one
 * descriptor, background_fd, and pays for one.
 */
struct background;

/* NULL and errno if the kernel gives no queue. */
struct background *background_create(void);
void background_free(struct background *); /* takes NULL */
/* Readable while any of the watched descriptors is ready; stays ours. */
int background_fd(const struct background *);

/*
 * Waits for LOOP_READ and LOOP_WRITE on fd on behalf of subject, no more than
 * one descriptor for each; what == 0 ends that, and must come before the
 * descriptor is closed.  -1 and errno as epoll_ctl(2).
 */
int background_watch(struct background *, int fd, unsigned int what,
    void *subject);

/*
 * The next subject that is ready, each in its turn, and what it is ready for.
 * False if there is none.  Never waits; most calls do not ask the kernel.
 */
bool background_take(struct background *, void **subject, unsigned int *ready);
/* What background_take would give without asking the kernel; or NULL. */
void *background_peek(struct background *);
/* Whether background_take knows of one without asking the kernel. */
bool background_has_more(const struct background *);

#endif
