/* SPDX-License-Identifier: ISC */
#ifndef LOGS_LOG_FILE_H
#define LOGS_LOG_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A log on disk: appended, rotated by size (contract D5.2), reopened, cleared.
 * Nothing that happens to the file ends the daemon or blocks it: bytes that
 * cannot be written are counted, reported once, and writing goes on as soon as
 * it can.  What is not a regular file is never rotated or unlinked.
 */
struct log_file;

/* Opens (creates with mode 0666 & ~umask).  maxbytes <= 0: no rotation.  NULL
 * and errno. */
struct log_file *log_file_open(
    const char *path, int64_t maxbytes, int backups);
void log_file_free(struct log_file *); /* takes NULL */

/* One record, never split over two files; rotates after it when it is due. */
void log_file_write(struct log_file *, const void *, size_t len);
/* Closes and opens by name again (USR2); -1 and errno, the old file stays in
 * use then. */
int log_file_reopen(struct log_file *);
/* Empties the log: removed and created anew, only if it is a regular file.
 * -1 and errno. */
int log_file_clear(struct log_file *);
const char *log_file_path(const struct log_file *);

/*
 * Reading logs for RPC: any file by name, no struct needed (contract C3.5).
 */
enum log_read_result {
	LOG_READ_OK,
	LOG_READ_BAD_ARGUMENTS,
	LOG_READ_NO_FILE,
	LOG_READ_FAILED,
};
/* *data is allocated (at most max_bytes, the last ones win) and the caller's. */
enum log_read_result log_read(
    const char *path, int64_t offset, int64_t length, char **data, size_t *len);
/* Never fails: an unreadable file gives what the contract says. */
void log_tail(const char *path, int64_t offset, int64_t length, char **data,
    size_t *len, int64_t *end_offset, bool *overflow);

#endif
