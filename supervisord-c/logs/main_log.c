/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/repr.h"
#include "base/strbuf.h"
#include "base/xmalloc.h"
#include "logs/log_file.h"
#include "logs/log_stream.h"
#include "logs/main_log.h"
#include "logs/syslog_sink.h"

struct main_log {
	struct log_file *file; /* NULL: none */
	struct log_file *echo; /* NULL: none */
	bool syslog;
	struct strbuf line; /* kept for its memory */
	/* The second that was written last, and how it looks. */
	time_t second;
	char stamp[24];
};

/* What goes wrong with the log cannot be told in the log. */
static void
report_to_stderr(const char *text)
{
	struct log_stream stream = { .fd = STDERR_FILENO, .is_shared = true };
	char *line = xasprintf("%s: %s\n", program_invocation_short_name, text);

	log_stream_write(&stream, line, strlen(line));
	free(line);
}

static void
add_prefix(struct main_log *log, enum log_level level)
{
	struct timespec now = clock_wall();
	struct tm tm;

	if (now.tv_sec != log->second || log->stamp[0] == '\0') {
		localtime_r(&now.tv_sec, &tm);
		strftime(log->stamp, sizeof(log->stamp), "%Y-%m-%d %H:%M:%S",
		    &tm);
		log->second = now.tv_sec;
	}
	strbuf_addf(&log->line, "%s,%03d %s ", log->stamp,
	    (int)(now.tv_nsec / 1000000), log_level_tag(level));
}

/* Each line of a message is a message of its own, with everything; those at the
 * end that are empty are none. */
static void
send_to_syslog(struct main_log *log, enum log_level level, const char *text)
{
	size_t left = strlen(text), len;

	while (left > 0 && text[left - 1] == '\n')
		left--;
	for (;;) {
		len = MIN(strcspn(text, "\n"), left);
		strbuf_clear(&log->line);
		add_prefix(log, level);
		strbuf_add(&log->line, text, len);
		strbuf_addch(&log->line, '\n');
		syslog_sink_send(log->line.data, log->line.len);
		if (len == left)
			return;
		text += len + 1;
		left -= len + 1;
	}
}

static void
write_message(enum log_level level, const char *text, void *arg)
{
	struct main_log *log = arg;

	if (log->syslog)
		send_to_syslog(log, level, text);
	if (log->file == NULL && log->echo == NULL)
		return;
	strbuf_clear(&log->line);
	add_prefix(log, level);
	strbuf_addstr(&log->line, text);
	strbuf_addch(&log->line, '\n');
	if (log->echo != NULL)
		log_file_write(log->echo, log->line.data, log->line.len);
	if (log->file != NULL)
		log_file_write(log->file, log->line.data, log->line.len);
}

static int
cannot_open(const char *path, char **cause)
{
	char *shown = repr(path);

	cause_set(cause, "could not open log file %s: %s", shown,
	    strerror(errno));
	free(shown);
	return -1;
}

int
main_log_try(const char *path, char **cause)
{
	struct log_stream stream;
	bool existed;

	if (path == NULL)
		return 0;
	existed = access(path, F_OK) == 0;
	if (log_stream_open(&stream, path, false) == -1)
		return cannot_open(path, cause);
	log_stream_close(&stream);
	if (!existed)
		(void)unlink(path); /* an empty file does no harm either */
	return 0;
}

struct main_log *
main_log_open(const struct main_log_options *options, char **cause)
{
	struct main_log *log = xcalloc(1, sizeof(*log));

	strbuf_init(&log->line);
	log->syslog = options->syslog;
	if (options->path != NULL) {
		log->file = log_file_open(options->path, options->maxbytes,
		    options->backups);
		if (log->file == NULL) {
			cannot_open(options->path, cause);
			main_log_free(log);
			return NULL;
		}
		log_file_report_to(log->file, report_to_stderr);
	}
	/* Without a standard output there is nobody to echo for. */
	if (options->echo)
		log->echo = log_file_open("/dev/stdout", 0, 0);
	if (log->echo != NULL)
		log_file_report_to(log->echo, report_to_stderr);
	log_set_sink(write_message, log);
	return log;
}

void
main_log_free(struct main_log *log)
{
	if (log == NULL)
		return;
	log_set_sink(NULL, NULL);
	log_file_free(log->file);
	log_file_free(log->echo);
	strbuf_done(&log->line);
	free(log);
}

void
main_log_reopen(struct main_log *log)
{
	if (log->file != NULL && log_file_reopen(log->file) == -1)
		log_error("can't reopen '%s', going on with the old file",
		    log_file_path(log->file));
}

/* As Supervisor does, the line goes to the file that is on its way out, and
 * once for every handler that there is. */
int
main_log_clear(struct main_log *log)
{
	if (log->file == NULL) {
		errno = ENOENT;
		return -1;
	}
	if (log_file_remove(log->file) == -1)
		return -1;
	if (log->echo != NULL)
		log_info("reopening log file");
	log_info("reopening log file");
	return log_file_reopen(log->file);
}

const char *
main_log_path(const struct main_log *log)
{
	return log->file != NULL ? log_file_path(log->file) : NULL;
}
