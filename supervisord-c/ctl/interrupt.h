/* SPDX-License-Identifier: ISC */
#ifndef CTL_INTERRUPT_H
#define CTL_INTERRUPT_H

#include <poll.h>
#include <stdbool.h>

/*
 * Ctrl-C as an event instead of an end: between interrupt_catch and
 * interrupt_release it makes blocking calls fail with EINTR.  They may be
 * nested.
 */
void interrupt_catch(void);
void interrupt_release(void);
/* As poll without a time limit; -1 with EINTR also for a Ctrl-C that came
 * before, so that none is lost between a look and the wait. */
int interrupt_poll(struct pollfd *, nfds_t);
/* Whether one came since the outermost interrupt_catch. */
bool interrupt_came(void);

#endif
