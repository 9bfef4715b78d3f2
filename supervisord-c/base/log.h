/* SPDX-License-Identifier: ISC */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdarg.h>
#include <stdbool.h>

/* Supervisor's levels; the names in the log are CRIT ERRO WARN INFO ... */
enum log_level {
	LOG_LEVEL_BLATHER = 3,
	LOG_LEVEL_TRACE = 5,
	LOG_LEVEL_DEBUG = 10,
	LOG_LEVEL_INFO = 20,
	LOG_LEVEL_WARN = 30,
	LOG_LEVEL_ERROR = 40,
	LOG_LEVEL_CRITICAL = 50,
};

/* Receives every message that passes the level; the text has no newline at
 * its end and is only lent. */
typedef void (*log_sink_fn)(enum log_level, const char *text, void *arg);

/* Where messages go: NULL (the start) writes "program: text" to stderr. */
void log_set_sink(log_sink_fn, void *arg);
/* Messages below this level are dropped before they are formatted. */
void log_set_level(enum log_level);
enum log_level log_get_level(void);
/* Whether a message of this level would be written: spares its preparation. */
bool log_wants(enum log_level);

/* The four letters of a log line ("WARN"), never NULL. */
const char *log_level_tag(enum log_level);
/* A name of the loglevel option, in any case, to the level; -1 if unknown. */
int log_level_parse(const char *name);

/*
 * errno survives every one of these.  The forms without x add ": strerror".
 * Text is lower case without a full stop, except where Supervisor's own
 * wording is what people search their logs for.
 */
void log_critical(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_criticalx(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_errorx(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warnx(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_trace(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_blather(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A ready text at a level chosen at run time. */
void log_text(enum log_level, const char *text);

#endif
