/* SPDX-License-Identifier: ISC */
#ifndef LOGS_LOG_PIPE_H
#define LOGS_LOG_PIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "logs/log_file.h"
#include "loop/loop.h"

/*
 * One output channel of a child: a pipe in the loop, and where its bytes go.
 * Reads are large, one a turn of the loop and after all else, and go straight
 * on to the file.  A pipe that proves busy is enlarged, and up to LOOP_PIECES
 * such pipes are copied in one turn, two at a time, see loop_watch_share.
 */
struct log_pipe;

/* The loop found something to read, or the end: once for each read that is not
 * a drain, before anything is told of it.  May be NULL. */
typedef void (*log_pipe_readable_fn)(void *arg);
/* Every chunk, after it is in the log: for events, debug copies and the
 * listener protocol.  May be NULL. */
typedef void (*log_pipe_data_fn)(const void *, size_t len, void *arg);
/* A complete captured message.  May be NULL without capture. */
typedef void (*log_pipe_message_fn)(const void *, size_t len, void *arg);
/* The writing end is closed everywhere; nothing is watched any more.  As in
 * every callback the pipe may be freed by loop_defer only, and no pipe may be
 * drained or finished. */
typedef void (*log_pipe_closed_fn)(void *arg);

struct log_pipe_options {
	int fd;			  /* reading end, taken; made non-blocking */
	struct log_file *file;	  /* taken; NULL: no file */
	const char *syslog_name;  /* NULL: no syslog; copied */
	int64_t capture_maxbytes; /* 0: none */
	bool strip_ansi;
	/* on_data gets the bytes as read even if strip_ansi is set, before
	 * they are logged (listeners). */
	bool data_unstripped;
	log_pipe_readable_fn on_readable;
	log_pipe_data_fn on_data;
	log_pipe_message_fn on_message;
	log_pipe_closed_fn on_closed;
	void *arg;
};

/* NULL and errno if the pipe cannot be watched; then nothing is taken. */
struct log_pipe *log_pipe_create(struct loop *,
    const struct log_pipe_options *);
/* Closes both; what is still in the pipe is lost, see log_pipe_drain. */
void log_pipe_free(struct log_pipe *); /* takes NULL */
/* Reads what is in the pipe now and no more: for the last words of a child that
 * has exited, whoever else goes on writing.  Not from a callback of a pipe. */
void log_pipe_drain(struct log_pipe *);
/* The channel is at its end (the writing side may live on): delivers what was
 * held back by capture, and reads no more.  on_closed is not called. */
void log_pipe_finish(struct log_pipe *);
bool log_pipe_is_open(const struct log_pipe *);
/* For log lines; -1 when closed. */
int log_pipe_fd(const struct log_pipe *);
/* Borrowed; NULL if there is none. */
struct log_file *log_pipe_file(struct log_pipe *);
/* Forgets captured data as well as the file's content.  -1 and errno. */
int log_pipe_clear(struct log_pipe *);

#endif
