/* SPDX-License-Identifier: ISC */
#ifndef LOGS_ANSI_H
#define LOGS_ANSI_H

#include <stddef.h>

/* Takes escape sequences out of a stream (ECMA-48: CSI, OSC and its kind, and
 * short ones), also when they are cut between calls.  Start with all zero. */
struct ansi {
	int state;
};

/* Filters in place; returns the new length. */
size_t ansi_strip(struct ansi *, char *, size_t len);

#endif
