/* SPDX-License-Identifier: ISC */
/*
 * What becomes of a child's output besides its log file: a copy in the main log
 * at debug level, PROCESS_LOG and PROCESS_COMMUNICATION events, or, for an
 * event listener, the protocol.
 *
 * An event whose data is not UTF-8 is shown escaped as a whole.  So that a
 * character cut by two reads does not spoil two events, its first bytes wait
 * here for the rest (Supervisor does not do that: contract C7.2).
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/repr.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "base/xmalloc.h"
#include "events/payload.h"
#include "logs/log_pipe.h"
#include "process/output.h"

struct output {
	struct output_parts parts;
	struct log_pipe *pipe;
	int fd; /* its number, for the log */
	bool closed;
	char cut[3]; /* the beginning of a character */
	unsigned char cut_len;
};

static const char *
channel_name(const struct output *output)
{
	return output->parts.is_stderr ? "stderr" : "stdout";
}

static struct dispatcher
dispatcher_of(const struct output *output)
{
	return (struct dispatcher){
		.kind = output->parts.protocol != NULL
		    ? "PEventListenerDispatcher"
		    : "POutputDispatcher",
		.channel = channel_name(output),
		.owner = output->parts.owner,
		.fd = output->fd,
	};
}

static void
copy_to_main_log(const struct output *output, const void *data, size_t len)
{
	struct strbuf text;
	char *name, *shown;

	if (!log_wants(LOG_LEVEL_DEBUG))
		return;
	strbuf_init(&text);
	name = repr(output->parts.owner->process);
	strbuf_addf(&text, "%s %s output:\n", name, channel_name(output));
	free(name);
	if (output->parts.protocol != NULL) {
		shown = repr_bytes(data, len);
		strbuf_addstr(&text, shown);
		free(shown);
	} else
		payload_text(&text, data, len);
	log_text(LOG_LEVEL_DEBUG, text.data);
	strbuf_done(&text);
}

static struct payload_process
payload_process_of(const struct output *output)
{
	return (struct payload_process){
		.process = output->parts.owner->process,
		.group = output->parts.group,
		.pid = output->parts.owner->pid,
	};
}

static void
publish_log(struct output *output, const void *data, size_t len)
{
	const struct payload_process process = payload_process_of(output);
	struct strbuf body;

	if (len == 0)
		return;
	strbuf_init(&body);
	payload_process_log(&body, &process, channel_name(output), data, len);
	bus_publish(output->parts.env->bus,
	    output->parts.is_stderr ? EV_PROCESS_LOG_STDERR
				    : EV_PROCESS_LOG_STDOUT,
	    body.data, body.len);
	strbuf_done(&body);
}

static bool
events_wanted(const struct output *output)
{
	return output->parts.config->events && output->parts.protocol == NULL &&
	    bus_wants(output->parts.env->bus,
		output->parts.is_stderr ? EV_PROCESS_LOG_STDERR
					: EV_PROCESS_LOG_STDOUT);
}

/* Publishes what is complete and keeps the beginning of a character. */
static void
publish_complete(struct output *output, const char *data, size_t len)
{
	size_t cut = utf8_partial_tail(data, len);

	publish_log(output, data, len - cut);
	memcpy(output->cut, data + len - cut, cut);
	output->cut_len = (unsigned char)cut;
}

static void
publish_chunk(struct output *output, const void *data, size_t len)
{
	struct strbuf whole;

	if (output->cut_len == 0) {
		publish_complete(output, data, len);
		return;
	}
	strbuf_init(&whole);
	strbuf_add(&whole, output->cut, output->cut_len);
	strbuf_add(&whole, data, len);
	publish_complete(output, whole.data, whole.len);
	strbuf_done(&whole);
}

static void
on_output_readable(void *arg)
{
	const struct dispatcher dispatcher = dispatcher_of(arg);

	dispatcher_note_read(&dispatcher);
}

static void
on_output_data(const void *data, size_t len, void *arg)
{
	struct output *output = arg;

	copy_to_main_log(output, data, len);
	if (events_wanted(output))
		publish_chunk(output, data, len);
	if (output->parts.protocol != NULL)
		output->parts.protocol(data, len, output->parts.arg);
}

static void
on_output_message(const void *data, size_t len, void *arg)
{
	struct output *output = arg;
	const struct payload_process process = payload_process_of(output);
	enum event_type type = output->parts.is_stderr
	    ? EV_PROCESS_COMMUNICATION_STDERR
	    : EV_PROCESS_COMMUNICATION_STDOUT;
	struct strbuf body;
	char *name;

	if (bus_wants(output->parts.env->bus, type)) {
		strbuf_init(&body);
		payload_process_communication(&body, &process, data, len);
		bus_publish(output->parts.env->bus, type, body.data, body.len);
		strbuf_done(&body);
	}
	if (log_wants(LOG_LEVEL_DEBUG)) {
		name = repr(output->parts.owner->process);
		log_debug("%s %s emitted a comm event", name,
		    channel_name(output));
		free(name);
	}
}

static void
note_closed(struct output *output)
{
	const struct dispatcher dispatcher = dispatcher_of(output);

	dispatcher_note_closed(&dispatcher);
	if (output->cut_len > 0 && events_wanted(output))
		publish_log(output, output->cut, output->cut_len);
	output->cut_len = 0;
	output->closed = true;
}

static void
on_output_closed(void *arg)
{
	struct output *output = arg;

	note_closed(output);
	output->parts.closed(output->parts.arg);
}

/* A log that an older child still has open is opened anew, as a file that was
 * moved away must not get the lines of the new one. */
static struct log_file *
open_log(const struct output_parts *parts)
{
	if (parts->log == NULL)
		return log_file_open(parts->path, parts->config->maxbytes,
		    parts->config->backups);
	if (log_file_reopen(parts->log) == -1)
		return NULL;
	return log_file_share(parts->log);
}

static struct log_pipe *
open_pipe(struct output *output)
{
	const struct output_parts *parts = &output->parts;
	struct log_pipe_options options = { .fd = output->fd,
		.strip_ansi = parts->env->strip_ansi,
		.data_unstripped = parts->protocol != NULL,
		.on_readable = on_output_readable,
		.on_data = on_output_data,
		.on_message = on_output_message,
		.on_closed = on_output_closed,
		.arg = output };
	struct log_pipe *pipe;

	if (parts->protocol == NULL) {
		options.capture_maxbytes = parts->config->capture_maxbytes;
		if (parts->config->syslog)
			options.syslog_name = parts->owner->process;
	}
	if (parts->path != NULL && (options.file = open_log(parts)) == NULL)
		return NULL;
	pipe = log_pipe_create(parts->env->loop, &options);
	if (pipe == NULL)
		log_file_free(options.file);
	return pipe;
}

struct output *
output_create(const struct output_parts *parts, int fd)
{
	struct output *output = xcalloc(1, sizeof(*output));

	output->parts = *parts;
	output->fd = fd;
	output->pipe = open_pipe(output);
	output->parts.log = NULL; /* was lent for this */
	if (output->pipe == NULL) {
		fd_close(&fd);
		free(output);
		return NULL;
	}
	return output;
}

void
output_free(struct output *output)
{
	if (output == NULL)
		return;
	log_pipe_free(output->pipe);
	free(output);
}

static bool
is_at_end(const struct output *output)
{
	struct pollfd end = { .fd = output->fd, .events = POLLIN };

	return poll(&end, 1, 0) == 1 && (end.revents & POLLIN) == 0 &&
	    (end.revents & POLLHUP) != 0;
}

void
output_drain(struct output *output)
{
	if (output->closed)
		return;
	log_pipe_drain(output->pipe);
	if (is_at_end(output)) {
		note_closed(output);
		log_pipe_finish(output->pipe);
	}
}

bool
output_is_closed(const struct output *output)
{
	return output->closed;
}

void
output_end_protocol(struct output *output)
{
	output->parts.protocol = NULL;
}

void
output_reopen_log(struct output *output)
{
	struct log_file *file = log_pipe_file(output->pipe);

	if (file != NULL && log_file_reopen(file) == -1)
		log_error("could not reopen %s, still using the old file",
		    log_file_path(file));
}

int
output_clear_log(struct output *output)
{
	return log_pipe_clear(output->pipe);
}

struct log_file *
output_log(const struct output *output)
{
	return log_pipe_file(output->pipe);
}
