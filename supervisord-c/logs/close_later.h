/* SPDX-License-Identifier: ISC */
#ifndef LOGS_CLOSE_LATER_H
#define LOGS_CLOSE_LATER_H

#include <stdbool.h>

/*
 * Closes and sets *fd to -1; does nothing for -1.  If that is the end of a
 * large file that has no name any more, another thread does it: the kernel
 * gives its pages and blocks back there and then, which takes longer than
 * writing some of them did.  One such file at a time; others are closed here.
 */
void close_later(int *fd);
/* Waits for that one, as does close_later meanwhile.  False if there was
 * none. */
bool close_later_finish(void);

#endif
