/* SPDX-License-Identifier: ISC */
#ifndef BASE_FD_H
#define BASE_FD_H

#include <stddef.h>
#include <sys/types.h>

/* All of these return -1 and set errno on failure. */

int fd_set_nonblock(int fd);
int fd_set_cloexec(int fd);
/* A pipe, both ends close-on-exec: ends[0] reads, ends[1] writes. */
int fd_pipe(int ends[2]);
/* The same, but EMFILE already when it would take one of the last descriptors:
 * they are kept for clients, logs and the configuration. */
int fd_pipe_spare(int ends[2]);
/* Writes everything to a blocking descriptor, through interruptions. */
int fd_write_all(int fd, const void *, size_t len);
/* The same descriptor at 3 or above, close-on-exec; closes the old number if
 * it was below. */
int fd_move_above_stdio(int fd);
/* Opens /dev/null at each of 0, 1 and 2 that is closed, so that nothing else
 * gets these numbers. */
void fd_open_missing_stdio(void);
/* Closes every descriptor from lowest on.  Safe after fork. */
void fd_close_from(int lowest);
/* Closes and sets *fd to -1; does nothing for -1.  errno survives. */
void fd_close(int *fd);
/* The mode of a socket's file; nothing else is changed, and no link is followed
 * to anything. */
int fd_chmod_socket(const char *path, mode_t);
/* The whole file, NUL after it, at most max_bytes (else EFBIG); the caller
 * frees.  len may be NULL. */
char *fd_read_file(const char *path, size_t max_bytes, size_t *len);
/* The same from where an open descriptor is, which stays the caller's. */
char *fd_read_to_end(int fd, size_t max_bytes, size_t *len);

#endif
