/* SPDX-License-Identifier: ISC */
#ifndef WEB_FOLLOW_H
#define WEB_FOLLOW_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/*
 * Reading a log that grows, is rotated, removed and truncated: the file alone,
 * without a loop or a client (contract C5.6).
 */
struct follow {
	int fd; /* -1: not open */
	char *path;
	dev_t dev;
	ino_t ino;
	int64_t offset; /* of the next byte to be read */
	time_t mtime;	/* when it was opened */
};

enum follow_result {
	FOLLOW_BYTES,	  /* *len bytes were read */
	FOLLOW_NOTHING,	  /* for now */
	FOLLOW_TRUNCATED, /* the file became shorter; goes on from its start */
	FOLLOW_REPLACED, /* another file has the name; goes on from its start */
};

/* Opens a regular file, last_bytes before its end.  -1 and errno (ENOENT for
 * what is not a regular file). */
int follow_open(struct follow *, const char *path, int64_t last_bytes);
void follow_close(struct follow *);
/* Reads what comes next, at most size bytes. */
enum follow_result follow_read(struct follow *, void *buffer, size_t size,
    size_t *len);

#endif
