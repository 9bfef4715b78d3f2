/* SPDX-License-Identifier: ISC */
#ifndef LOGS_LOG_FILE_H
#define LOGS_LOG_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A log on disk: appended, rotated by size (contract D5.2), reopened, cleared.
 * Nothing that happens to the file ends the daemon or blocks it: bytes that
 * cannot be written are counted, reported once in a while, and writing goes on
 * as soon as it can.  What is not a regular file, or lies in /dev or /proc, is
 * never rotated or unlinked; a reader of it who is slow loses bytes.
 */
struct log_file;

/* Opens (creates with mode 0666 & ~umask).  maxbytes <= 0: no rotation.  NULL
 * and errno. */
struct log_file *log_file_open(const char *path, int64_t maxbytes, int backups);
/* One more owner of the same file, so that the pipe of a child that has exited
 * and the one of its successor rotate it together. */
struct log_file *log_file_share(struct log_file *);
/* The last owner closes it.  Takes NULL. */
void log_file_free(struct log_file *);

/* One record, never split over two files; rotates after it when it is due. */
void log_file_write(struct log_file *, const void *, size_t len);
/*
 * log_file_write beside the loop (loop_watch_share), at the same time as that
 * of another log_file, of the same path maybe: stops where there would be
 * something to report.  Takes more than a record if there is room for all of it.
 * Returns how much is written; what is left is for log_file_write.
 */
size_t log_file_append(struct log_file *, const void *, size_t len);
/* Whether no rotation is due after so many bytes more, whoever wrote before. */
bool log_file_has_room(const struct log_file *, size_t len);
/* Closes and opens by name again (USR2); -1 and errno, the old file stays in
 * use then. */
int log_file_reopen(struct log_file *);
/* Empties the log: removed and created anew, only if it is a regular file.
 * -1 and errno. */
int log_file_clear(struct log_file *);
/* The first half of clearing: only takes the file away. */
int log_file_remove(struct log_file *);
const char *log_file_path(const struct log_file *);

/* Where to tell of lost bytes and failed rotations instead of the main log,
 * which is itself such a file. */
typedef void (*log_file_report_fn)(const char *text);
void log_file_report_to(struct log_file *, log_file_report_fn);

#endif
