/* SPDX-License-Identifier: ISC */
#ifndef PROCESS_ANNOUNCE_H
#define PROCESS_ANNOUNCE_H

#include <stdbool.h>
#include <sys/types.h>

#include "events/bus.h"
#include "events/payload.h"
#include "process/state.h"

/*
 * What a process tells the world: the event of a state that was entered, and
 * the lines of the main log that people and tools search for (contract D4.6).
 */

/* process.from_state is filled in from the state given. */
void announce_state(struct bus *, enum process_state from,
    enum process_state to, struct payload_process);

void announce_spawned(const char *name, pid_t);
void announce_spawn_error(const char *text);
void announce_success(const char *name, int startsecs);
void announce_gave_up(const char *name);
/* A signal is about to be sent. */
void announce_kill(const char *name, pid_t, int signo, bool to_group);
/* how: from reap_describe; expected: its code is in exitcodes. */
void announce_exited(const char *name, const char *how, bool expected);
void announce_stopped(const char *name, const char *how, bool expected);

#endif
