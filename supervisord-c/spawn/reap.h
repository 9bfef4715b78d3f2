/* SPDX-License-Identifier: ISC */
#ifndef SPAWN_REAP_H
#define SPAWN_REAP_H

#include <sys/types.h>

typedef void (*reap_fn)(pid_t pid, int status, void *arg);

/* Collects every child that has ended, without waiting. */
void reap_all(reap_fn, void *arg);
/* "exit status 3", "terminated by SIGSEGV (core dumped)" (contract D4.6); the
 * caller frees. */
char *reap_describe(int status);

#endif
