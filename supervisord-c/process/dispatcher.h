/* SPDX-License-Identifier: ISC */
#ifndef PROCESS_DISPATCHER_H
#define PROCESS_DISPATCHER_H

#include <sys/types.h>

#include "process/state.h"

/* Whose pipes they are. */
struct dispatcher_owner {
	const char *process;
	const enum process_state *state; /* as it is when a line is written */
	pid_t pid;
};

/*
 * One end of a pipe under the name that Supervisor has for it, for the lines
 * that it writes about pipes at debug and blather level (contract D5.3).
 */
struct dispatcher {
	const char *kind; /* "POutputDispatcher" and the like */
	const char *channel;
	const struct dispatcher_owner *owner;
	int fd;
};

void dispatcher_note_read(const struct dispatcher *);
void dispatcher_note_write(const struct dispatcher *);
void dispatcher_note_closed(const struct dispatcher *);

#endif
