/* SPDX-License-Identifier: ISC */
#ifndef PROCESS_INPUT_H
#define PROCESS_INPUT_H

#include <stddef.h>

#include "loop/loop.h"
#include "process/dispatcher.h"

/*
 * A child's stdin: written at once, and what the pipe does not take now when it
 * does.  A child that never reads costs bounded memory and nobody's time.
 */
struct input;

/* Takes the writing end and makes it non-blocking; borrows the owner. */
struct input *input_create(struct loop *, int fd,
    const struct dispatcher_owner *, size_t max_queued);
void input_free(struct input *); /* takes NULL; what is queued is lost */
/* 0; or -1 with nothing taken and errno EPIPE (the child closed it) or ENOBUFS
 * (more would be queued than is allowed). */
int input_write(struct input *, const void *, size_t len);

#endif
