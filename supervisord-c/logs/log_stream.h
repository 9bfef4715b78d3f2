/* SPDX-License-Identifier: ISC */
#ifndef LOGS_LOG_STREAM_H
#define LOGS_LOG_STREAM_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Where log bytes leave the daemon: a file on disk, or a terminal, pipe or
 * socket, whose reader may never keep us waiting.
 */
struct log_stream {
	int fd; /* -1: not open */
	/* A regular file of our own: may be rotated and removed. */
	bool is_file;
	/* Others hold the same open file, so it may not be made non-blocking.
	 */
	bool is_shared;
};

#define LOG_STREAM_INIT                                                        \
	{                                                                      \
		.fd = -1                                                       \
	}

/* For appending; a missing file is made with 0666 & ~umask.  -1 and errno; the
 * stream is untouched then. */
int log_stream_open(struct log_stream *, const char *path, bool truncate);
void log_stream_close(struct log_stream *);
/* How many bytes were taken; if not all, errno says why. */
size_t log_stream_write(struct log_stream *, const void *, size_t len);

#endif
