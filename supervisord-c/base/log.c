/* SPDX-License-Identifier: ISC */
/*
 * Messages of the program itself.  This file knows levels and wording only:
 * the daemon gives a sink that writes the main log with time and rotation,
 * the client and the helpers leave the default, which is stderr.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/xmalloc.h"

static log_sink_fn sink;
static void *sink_arg;
static enum log_level threshold = LOG_LEVEL_INFO;

static const struct level_name {
	enum log_level level;
	const char *tag;
	const char *name;
} level_names[] = {
	{ LOG_LEVEL_CRITICAL, "CRIT", "critical" },
	{ LOG_LEVEL_ERROR, "ERRO", "error" },
	{ LOG_LEVEL_WARN, "WARN", "warn" },
	{ LOG_LEVEL_INFO, "INFO", "info" },
	{ LOG_LEVEL_DEBUG, "DEBG", "debug" },
	{ LOG_LEVEL_TRACE, "TRAC", "trace" },
	{ LOG_LEVEL_BLATHER, "BLAT", "blather" },
};

#define LEVEL_COUNT (sizeof(level_names) / sizeof(level_names[0]))

const char *
log_level_tag(enum log_level level)
{
	for (size_t i = 0; i < LEVEL_COUNT; i++) {
		if (level_names[i].level == level)
			return level_names[i].tag;
	}
	return "????";
}

int
log_level_parse(const char *name)
{
	for (size_t i = 0; i < LEVEL_COUNT; i++) {
		if (strcasecmp(level_names[i].name, name) == 0)
			return (int)level_names[i].level;
	}
	return -1;
}

void
log_set_sink(log_sink_fn fn, void *arg)
{
	sink = fn;
	sink_arg = arg;
}

void
log_set_level(enum log_level level)
{
	threshold = level;
}

enum log_level
log_get_level(void)
{
	return threshold;
}

bool
log_wants(enum log_level level)
{
	return level >= threshold;
}

void
log_text(enum log_level level, const char *text)
{
	int saved = errno;

	if (log_wants(level)) {
		if (sink != NULL)
			sink(level, text, sink_arg);
		else
			fprintf(stderr, "%s: %s\n",
			    program_invocation_short_name, text);
	}
	errno = saved;
}

static void __attribute__((format(printf, 3, 0)))
log_format(enum log_level level, bool with_error, const char *fmt, va_list ap)
{
	int saved = errno;
	char *text, *full;

	if (!log_wants(level))
		return;
	text = xvasprintf(fmt, ap);
	if (with_error) {
		full = xasprintf("%s: %s", text, strerror(saved));
		free(text);
		text = full;
	}
	log_text(level, text);
	free(text);
	errno = saved;
}

/* One function a level, with and without the error's text. */
#define LOG_FUNCTION(name, level, with_error)                                  \
	void name(const char *fmt, ...)                                        \
	{                                                                      \
		va_list ap;                                                    \
                                                                               \
		va_start(ap, fmt);                                             \
		log_format(level, with_error, fmt, ap);                        \
		va_end(ap);                                                    \
	}

LOG_FUNCTION(log_critical, LOG_LEVEL_CRITICAL, true)
LOG_FUNCTION(log_error, LOG_LEVEL_ERROR, true)
LOG_FUNCTION(log_warn, LOG_LEVEL_WARN, true)
LOG_FUNCTION(log_criticalx, LOG_LEVEL_CRITICAL, false)
LOG_FUNCTION(log_errorx, LOG_LEVEL_ERROR, false)
LOG_FUNCTION(log_warnx, LOG_LEVEL_WARN, false)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO, false)
LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG, false)
LOG_FUNCTION(log_trace, LOG_LEVEL_TRACE, false)
LOG_FUNCTION(log_blather, LOG_LEVEL_BLATHER, false)
