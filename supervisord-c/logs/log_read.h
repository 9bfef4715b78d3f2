/* SPDX-License-Identifier: ISC */
#ifndef LOGS_LOG_READ_H
#define LOGS_LOG_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Reading logs by name, with Supervisor's arithmetic (contract C3.5).  Offsets
 * and lengths are bytes.  Never waits: what is no file on disk reads as empty
 * or fails.
 */

/* What one answer may hold; of more the last bytes win. */
#define LOG_READ_MAX (64 << 20)

enum log_read_result {
	LOG_READ_OK,
	LOG_READ_BAD_ARGUMENTS,
	LOG_READ_NO_FILE,
	LOG_READ_FAILED,
};

/* *data is allocated, with a NUL after the last byte, and the caller's; it is
 * set only for LOG_READ_OK. */
enum log_read_result log_read(const char *path, int64_t offset, int64_t length,
    char **data, size_t *len);

struct log_tail {
	char *data; /* the caller frees; never NULL */
	size_t len;
	int64_t offset; /* where the next tail may begin: the size */
	bool overflow;
};

/* Never fails: a missing file gives "", 0 and false, an unreadable one "",
 * the offset asked for and false. */
void log_tail(const char *path, int64_t offset, int64_t length,
    struct log_tail *);

#endif
