/* SPDX-License-Identifier: ISC */
/*
 * The queue in front of a child's stdin.  The watch exists only once something
 * had to wait, as most children are never written to.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/strbuf.h"
#include "base/xmalloc.h"
#include "process/input.h"

struct input {
	struct loop *loop;
	struct loop_watch *watch; /* NULL until it is needed */
	int fd;			  /* -1: the child closed its end */
	struct dispatcher dispatcher;
	size_t max_queued;
	struct strbuf queue;
};

struct input *
input_create(struct loop *loop, int fd, const struct dispatcher_owner *owner,
    size_t max_queued)
{
	struct input *input = xcalloc(1, sizeof(*input));

	input->loop = loop;
	input->fd = fd;
	input->dispatcher = (struct dispatcher){
		.kind = "PInputDispatcher",
		.channel = "stdin",
		.owner = owner,
		.fd = fd,
	};
	input->max_queued = max_queued;
	strbuf_init(&input->queue);
	(void)fd_set_nonblock(fd); /* cannot fail for a pipe of ours */
	return input;
}

void
input_free(struct input *input)
{
	if (input == NULL)
		return;
	loop_watch_free(input->watch);
	fd_close(&input->fd);
	strbuf_done(&input->queue);
	free(input);
}

/* Nobody reads any more. */
static void
give_up(struct input *input)
{
	if (input->watch != NULL)
		(void)loop_watch_want(input->watch, 0); /* 0 cannot fail */
	dispatcher_note_closed(&input->dispatcher);
	fd_close(&input->fd);
	strbuf_done(&input->queue);
}

/* Bytes that the pipe took; -1 and errno EPIPE once it is broken. */
static ssize_t
write_some(struct input *input, const void *data, size_t len)
{
	ssize_t n;

	do
		n = write(input->fd, data, len);
	while (n == -1 && errno == EINTR);
	if (n == -1 && errno == EAGAIN)
		return 0;
	if (n == -1)
		errno = EPIPE;
	return n;
}

static void
flush(struct input *input)
{
	ssize_t n;

	n = write_some(input, input->queue.data, input->queue.len);
	if (n == -1) {
		give_up(input);
		return;
	}
	strbuf_consume(&input->queue, (size_t)n);
	if (input->queue.len > 0)
		return;
	strbuf_done(&input->queue);
	(void)loop_watch_want(input->watch, 0);
}

static void
on_input_writable(int fd, unsigned int ready, void *arg)
{
	struct input *input = arg;

	(void)fd;
	(void)ready;
	dispatcher_note_write(&input->dispatcher);
	flush(input);
}

static void
wait_for_room(struct input *input)
{
	if (input->watch == NULL)
		input->watch = loop_watch_create(input->loop, input->fd,
		    on_input_writable, input);
	(void)loop_watch_want(input->watch, LOOP_WRITE); /* it is a pipe */
}

int
input_write(struct input *input, const void *data, size_t len)
{
	ssize_t n = 0;

	if (input->fd == -1) {
		errno = EPIPE;
		return -1;
	}
	if (len > input->max_queued - input->queue.len) {
		errno = ENOBUFS;
		return -1;
	}
	if (input->queue.len == 0)
		n = write_some(input, data, len);
	if (n == -1) {
		/* Supervisor closes it when it tries again, a pass later. */
		dispatcher_note_write(&input->dispatcher);
		give_up(input);
		errno = EPIPE;
		return -1;
	}
	if ((size_t)n < len) {
		strbuf_add(&input->queue, (const char *)data + n,
		    len - (size_t)n);
		wait_for_room(input);
	}
	return 0;
}
