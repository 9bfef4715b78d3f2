/* SPDX-License-Identifier: ISC */
#ifndef LOGS_MAIN_LOG_H
#define LOGS_MAIN_LOG_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The daemon's own log in Supervisor's format, "2026-11-23 15:20:47,582 INFO
 * text": a sink for base/log (contract D5.1).
 */
struct main_log;

struct main_log_options {
	const char *path; /* NULL: none */
	int64_t maxbytes;
	int backups;
	bool syslog;
	bool echo; /* the same lines on stdout */
};

/* Opens and becomes the sink.  NULL with a sentence in *cause. */
struct main_log *main_log_open(const struct main_log_options *, char **cause);
/* Whether a log at this path could be opened (NULL can): -1 with the sentence
 * that main_log_open would have.  Leaves no new file behind. */
int main_log_try(const char *path, char **cause);
/* Messages go to stderr again. */
void main_log_free(struct main_log *); /* takes NULL */
void main_log_reopen(struct main_log *);
/* Empties the file; -1 and errno. */
int main_log_clear(struct main_log *);
/* NULL if the log is no file. */
const char *main_log_path(const struct main_log *);

#endif
