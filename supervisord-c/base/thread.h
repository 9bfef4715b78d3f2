/* SPDX-License-Identifier: ISC */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>

/* A thread that no signal is delivered to: they are for the one that runs the
 * loop.  0, or an error number as pthread_create(3). */
int thread_start(pthread_t *, void *(*)(void *), void *arg);

#endif
