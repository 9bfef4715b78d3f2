/* SPDX-License-Identifier: ISC */
#ifndef SUPERVISOR_DAEMONIZE_H
#define SUPERVISOR_DAEMONIZE_H

#include <sys/types.h>

#include "loop/loop.h"

/*
 * Goes on in the background as the leader of a session of its own (contract
 * D3.4); the caller's parent half exits with 0.  directory may be NULL.  -1
 * and errno if there can be no fork; everything else is logged only.
 */
int daemonize(struct loop *, const char *directory, mode_t mask);

#endif
