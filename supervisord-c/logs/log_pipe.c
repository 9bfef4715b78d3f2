/* SPDX-License-Identifier: ISC */
/*
 * From a child's pipe to its log.  What counts here is system calls per byte:
 * one large read, one write, nothing in between that looks at the bytes unless
 * the configuration asks for it.
 *
 * The loop calls in the background, for one read, or for LOOP_PIECES by two
 * threads: clients and other children never wait for more than that, however
 * many children write all the time.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/param.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "logs/ansi.h"
#include "logs/capture.h"
#include "logs/log_pipe.h"
#include "logs/syslog_sink.h"

/* Supervisor's read, which is what makes a record of a log and a piece of
 * output for events (contract D5.2). */
#define RECORD_SIZE (128 * 1024)

/* A pipe that fills up is enlarged, for fewer and larger reads.  Measured: 1226
 * MB/s with 256 KiB against 1179 with the default 64; with 1 MiB fifty writers
 * fall to a third.  Idle ones stay small, as the kernel counts a user's pages. */
#define BUSY_READ      (32 * 1024)
#define BUSY_PIPE_SIZE (256 * 1024)

/* All that such a pipe holds: each read wakes a writer that waits. */
#define READ_SIZE BUSY_PIPE_SIZE

struct log_pipe {
	int fd;
	struct loop_watch *watch;
	struct log_file *file;
	char *syslog_name;
	struct capture *capture;
	bool strip_ansi;
	bool data_unstripped;
	bool was_enlarged;
	ssize_t little; /* fewer bytes than this are not worth a read */
	bool is_finished;
	/* What was read, maybe beside the loop, and is not handed on yet. */
	struct piece {
		char *data; /* NULL: nothing */
		ssize_t len;
		int error;
	} piece;
	size_t appended; /* so much of it is in the file */
	struct ansi ansi;
	log_pipe_readable_fn on_readable;
	log_pipe_data_fn on_data;
	log_pipe_message_fn on_message;
	log_pipe_closed_fn on_closed;
	void *arg;
};

/* Shared by all pipes: what is in one is handed on before its next read. */
static char buffers[LOOP_PIECES][READ_SIZE];

static void
write_file(struct log_pipe *pipe, const char *data, size_t len)
{
	size_t appended = MIN(len, pipe->appended);

	pipe->appended -= appended;
	if (appended < len)
		log_file_write(pipe->file, data + appended, len - appended);
}

static void
write_log(struct log_pipe *pipe, const void *data, size_t len)
{
	if (pipe->file != NULL)
		write_file(pipe, data, len);
	if (pipe->syslog_name != NULL)
		syslog_sink_write(pipe->syslog_name, data, len);
}

static void
tell_data(struct log_pipe *pipe, const void *data, size_t len)
{
	if (pipe->on_data != NULL)
		pipe->on_data(data, len, pipe->arg);
}

/* Captured text goes to the log only if no message became of it. */
static void
on_text(const void *data, size_t len, enum capture_span span, void *arg)
{
	struct log_pipe *pipe = arg;

	if (span != CAPTURE_INSIDE)
		write_log(pipe, data, len);
	if (span != CAPTURE_UNFINISHED && !pipe->data_unstripped)
		tell_data(pipe, data, len);
}

static void
on_message(const void *data, size_t len, void *arg)
{
	struct log_pipe *pipe = arg;

	if (pipe->on_message != NULL)
		pipe->on_message(data, len, pipe->arg);
}

static void
take_record(struct log_pipe *pipe, char *data, size_t len)
{
	if (pipe->data_unstripped)
		tell_data(pipe, data, len);
	if (pipe->strip_ansi)
		len = ansi_strip(&pipe->ansi, data, len);
	if (len == 0)
		return;
	if (pipe->capture != NULL)
		capture_feed(pipe->capture, data, len);
	else
		on_text(data, len, CAPTURE_OUTSIDE, pipe);
}

/* A pipe that is half full must not be left to fill up; some have no room for
 * more than a page or two (pipe(7)).  Listeners wait for what follows from what
 * they say. */
static ssize_t
find_little(const struct log_pipe *pipe)
{
	int size = fcntl(pipe->fd, F_GETPIPE_SZ);

	return pipe->data_unstripped || size == -1 ? 0 : size / 2;
}

/* Fails when the user's share of pipe pages is used up; then it stays small. */
static void
enlarge(struct log_pipe *pipe)
{
	pipe->was_enlarged = true;
	(void)fcntl(pipe->fd, F_SETPIPE_SZ, BUSY_PIPE_SIZE);
	pipe->little = find_little(pipe);
}

/* Records are told apart where a rotation may come after one.  Returns how much
 * is written: all, or up to where it went wrong. */
static size_t
append(struct log_file *file, const char *data, size_t len)
{
	size_t at = 0, written, record;

	do {
		record = log_file_has_room(file, len - at)
		    ? len - at
		    : MIN(len - at, RECORD_SIZE);
		written = log_file_append(file, data + at, record);
		at += written;
	} while (written == record && at < len);
	return at;
}

static void
read_piece(struct log_pipe *pipe, char *buffer, size_t max)
{
	struct piece *piece = &pipe->piece;

	piece->data = buffer;
	do {
		piece->len = read(pipe->fd, buffer, MIN(max, READ_SIZE));
	} while (piece->len == -1 && errno == EINTR);
	piece->error = errno;
}

/* Runs beside the loop, see loop_watch_share. */
static void
copy_piece(unsigned int number, void *arg)
{
	struct log_pipe *pipe = arg;

	read_piece(pipe, buffers[number], READ_SIZE);
	if (pipe->piece.len > 0)
		pipe->appended = append(pipe->file, pipe->piece.data,
		    (size_t)pipe->piece.len);
}

/* Nothing but the file gets the bytes, or only after it. */
static bool
is_plain(const struct log_pipe *pipe)
{
	return pipe->file != NULL && pipe->syslog_name == NULL &&
	    pipe->capture == NULL && !pipe->strip_ansi &&
	    !pipe->data_unstripped;
}

static void
note_size(struct log_pipe *pipe, ssize_t n)
{
	bool is_busy = n >= BUSY_READ;

	if (is_busy && !pipe->was_enlarged)
		enlarge(pipe);
	loop_watch_share(pipe->watch,
	    is_busy && is_plain(pipe) ? copy_piece : NULL);
}

/* Returns what read(2) did for this piece. */
static ssize_t
hand_on(struct log_pipe *pipe)
{
	static bool handing_on;
	struct piece piece = pipe->piece;

	assert(!handing_on);
	handing_on = true;
	pipe->piece.data = NULL;
	note_size(pipe, piece.len);
	for (ssize_t at = 0; at < piece.len; at += RECORD_SIZE)
		take_record(pipe, piece.data + at,
		    MIN((size_t)(piece.len - at), RECORD_SIZE));
	handing_on = false;
	errno = piece.error;
	return piece.len;
}

static void
need_piece(struct log_pipe *pipe, size_t max)
{
	if (pipe->piece.data == NULL)
		read_piece(pipe, buffers[0], max);
}

/* The descriptor is closed last, so that on_closed can name it. */
static void
close_channel(struct log_pipe *pipe, bool tell)
{
	if (pipe->is_finished)
		return;
	if (pipe->piece.data != NULL)
		hand_on(pipe);
	pipe->is_finished = true;
	loop_watch_want(pipe->watch, 0);
	if (pipe->capture != NULL)
		capture_finish(pipe->capture);
	if (tell && pipe->on_closed != NULL)
		pipe->on_closed(pipe->arg);
	fd_close(&pipe->fd);
}

/* A pipe that has rested may be empty. */
static bool
found_something(const struct piece *piece)
{
	return piece->len != -1 || piece->error != EAGAIN;
}

static void
on_readable(int fd, unsigned int ready, void *arg)
{
	struct log_pipe *pipe = arg;
	ssize_t n;

	(void)fd;
	(void)ready;
	need_piece(pipe, READ_SIZE);
	if (pipe->on_readable != NULL && found_something(&pipe->piece))
		pipe->on_readable(pipe->arg);
	n = hand_on(pipe);
	if (n > 0 && n < pipe->little)
		loop_watch_found_little(pipe->watch);
	if (n > 0 || (n == -1 && errno == EAGAIN))
		return;
	if (n == -1)
		log_warn("can't read the output of a child on fd %d", pipe->fd);
	close_channel(pipe, true);
}

struct log_pipe *
log_pipe_create(struct loop *loop, const struct log_pipe_options *options)
{
	struct log_pipe *pipe = xcalloc(1, sizeof(*pipe));

	if (fd_set_nonblock(options->fd) == -1)
		goto fail;
	pipe->watch =
	    loop_watch_create_background(loop, options->fd, on_readable, pipe);
	if (loop_watch_want(pipe->watch, LOOP_READ) == -1)
		goto fail;
	pipe->fd = options->fd;
	pipe->file = options->file;
	if (options->syslog_name != NULL)
		pipe->syslog_name = xstrdup(options->syslog_name);
	pipe->strip_ansi = options->strip_ansi;
	pipe->data_unstripped = options->data_unstripped;
	pipe->little = find_little(pipe);
	pipe->on_readable = options->on_readable;
	pipe->on_data = options->on_data;
	pipe->on_message = options->on_message;
	pipe->on_closed = options->on_closed;
	pipe->arg = options->arg;
	if (options->capture_maxbytes != 0)
		pipe->capture = capture_create(options->capture_maxbytes,
		    on_text, on_message, pipe);
	return pipe;
fail:
	loop_watch_free(pipe->watch);
	free(pipe);
	return NULL;
}

void
log_pipe_free(struct log_pipe *pipe)
{
	if (pipe == NULL)
		return;
	loop_watch_free(pipe->watch);
	fd_close(&pipe->fd);
	log_file_free(pipe->file);
	capture_free(pipe->capture);
	free(pipe->syslog_name);
	free(pipe);
}

void
log_pipe_drain(struct log_pipe *pipe)
{
	int left = 0;
	ssize_t n = 1;

	if (pipe->is_finished || ioctl(pipe->fd, FIONREAD, &left) == -1)
		return;
	for (; left > 0 && n > 0; left -= (int)n) {
		need_piece(pipe, (size_t)left);
		n = hand_on(pipe);
	}
}

void
log_pipe_finish(struct log_pipe *pipe)
{
	close_channel(pipe, false);
}

bool
log_pipe_is_open(const struct log_pipe *pipe)
{
	return !pipe->is_finished;
}

int
log_pipe_fd(const struct log_pipe *pipe)
{
	return pipe->fd;
}

struct log_file *
log_pipe_file(struct log_pipe *pipe)
{
	return pipe->file;
}

int
log_pipe_clear(struct log_pipe *pipe)
{
	if (pipe->capture != NULL)
		capture_reset(pipe->capture);
	return pipe->file != NULL ? log_file_clear(pipe->file) : 0;
}
