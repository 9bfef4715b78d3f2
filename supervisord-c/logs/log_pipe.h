/* SPDX-License-Identifier: ISC */
#ifndef LOGS_LOG_PIPE_H
#define LOGS_LOG_PIPE_H

#include <stdbool.h>
#include <stddef.h>

#include "logs/log_file.h"
#include "loop/loop.h"

/*
 * One output channel of a child: a pipe in the loop, and where its bytes go.
 * Reads are large, bounded per turn, and go straight on to the file.
 */
struct log_pipe;

/* Every chunk as read, after strip_ansi: for events, debug copies and the
 * listener protocol.  May be NULL. */
typedef void (*log_pipe_data_fn)(const void *, size_t len, void *arg);
/* A complete captured message.  May be NULL without capture. */
typedef void (*log_pipe_message_fn)(const void *, size_t len, void *arg);
/* The writing end is closed everywhere. */
typedef void (*log_pipe_closed_fn)(void *arg);

struct log_pipe_options {
	int fd; /* reading end, taken; made non-blocking */
	struct log_file *file; /* taken; NULL: no file */
	const char *syslog_name; /* NULL: no syslog; copied */
	int64_t capture_maxbytes; /* 0: none */
	bool strip_ansi;
	log_pipe_data_fn on_data;
	log_pipe_message_fn on_message;
	log_pipe_closed_fn on_closed;
	void *arg;
};

struct log_pipe *log_pipe_create(
    struct loop *, const struct log_pipe_options *);
/* Closes both; what is still in the pipe is lost, see log_pipe_drain. */
void log_pipe_free(struct log_pipe *); /* takes NULL */
/* Reads what is in the pipe now: for the last words of a child that has
 * exited.  A bound keeps a grandchild that goes on writing from holding it. */
void log_pipe_drain(struct log_pipe *);
/* Borrowed; NULL if there is none. */
struct log_file *log_pipe_file(struct log_pipe *);
/* Forgets captured data as well as the file's content. */
void log_pipe_clear(struct log_pipe *);

#endif
