/* SPDX-License-Identifier: ISC */
/*
 * fg: what is typed goes to a process's stdin, what it writes to its logs
 * comes back.  One loop over the three; it ends at once when the person leaves,
 * where Supervisor's client may hang.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/repr.h"
#include "base/xmalloc.h"
#include "ctl/cmd_foreground.h"
#include "ctl/follow.h"
#include "ctl/interrupt.h"
#include "xmlrpc/fault.h"

#define INPUT_SIZE 4096

enum {
	SOURCE_INPUT,
	SOURCE_STDOUT,
	SOURCE_STDERR,
	SOURCE_COUNT,
};

struct foreground {
	struct ctl *ctl;
	const char *name;
	struct transport_stream *streams[SOURCE_COUNT];
	struct pollfd polls[SOURCE_COUNT];
	struct strbuf input; /* typed, up to a line end not seen yet */
	bool over;
};

/* "ERROR: <Fault 6: 'SHUTDOWN_STATE'>" */
static void
print_fault(const struct reply *reply)
{
	char *text = repr(reply->text);

	printf("ERROR: <Fault %d: %s>\n", reply->code, text);
	free(text);
}

static bool
is_running(const struct reply *reply)
{
	struct process_info info;

	process_info_read(reply->value, &info);
	return strcmp(info.statename, "RUNNING") == 0;
}

/* Whether the process is there and runs; if not, that is printed. */
static bool
can_enter(struct ctl *ctl, const char *name)
{
	struct reply reply;
	bool result = false;

	if (ctl_call(ctl, "getProcessInfo", client_params("s", name), &reply) ==
	    -1)
		return false;
	if (reply_is_fault(&reply, FAULT_BAD_NAME))
		ctl_fail(ctl, CTL_ERROR, "ERROR: bad process name supplied");
	else if (reply.kind == REPLY_FAULT)
		print_fault(&reply);
	else if (!is_running(&reply))
		ctl_fail(ctl, CTL_ERROR, "ERROR: process not running");
	else
		result = true;
	reply_done(&reply);
	return result;
}

static void
open_source(struct foreground *fg, int source, const char *channel)
{
	char *path = follow_path(fg->name, channel);
	struct connection_error error;
	int status = 0;
	struct transport_stream *stream =
	    transport_stream_open(&fg->ctl->transport, path, &status, &error);

	free(path);
	/* A process may well have no log of one of its outputs. */
	if (stream != NULL && status != 200) {
		transport_stream_free(stream);
		stream = NULL;
	}
	fg->streams[source] = stream;
	fg->polls[source].fd =
	    stream == NULL ? -1 : transport_stream_fd(stream);
}

static void
leave(struct foreground *fg)
{
	fg->over = true;
	puts("Exiting foreground");
}

static void
process_is_gone(struct foreground *fg)
{
	puts("Process got killed");
	leave(fg);
}

/* After each line: is anybody still listening? */
static void
check_process(struct foreground *fg)
{
	struct reply reply;

	if (ctl_need_value(fg->ctl, "getProcessInfo",
		client_params("s", fg->name), &reply) == -1) {
		leave(fg);
		return;
	}
	if (!is_running(&reply))
		process_is_gone(fg);
	reply_done(&reply);
}

static void
send_line(struct foreground *fg, const char *line)
{
	struct reply reply;

	if (ctl_call(fg->ctl, "sendProcessStdin",
		client_params("ss", fg->name, line), &reply) == -1) {
		leave(fg);
		return;
	}
	if (reply_is_fault(&reply, FAULT_NOT_RUNNING)) {
		process_is_gone(fg);
	} else if (reply.kind == REPLY_FAULT) {
		print_fault(&reply);
		leave(fg);
	} else {
		check_process(fg);
	}
	reply_done(&reply);
}

static void
send_lines(struct foreground *fg)
{
	const char *end;

	while (!fg->over &&
	    (end = memchr(fg->input.data, '\n', fg->input.len)) != NULL) {
		size_t len = (size_t)(end - fg->input.data) + 1;
		char *line = xstrndup(fg->input.data, len);

		strbuf_consume(&fg->input, len);
		send_line(fg, line);
		free(line);
	}
}

static void
read_input(struct foreground *fg)
{
	ssize_t got = read(STDIN_FILENO, strbuf_reserve(&fg->input, INPUT_SIZE),
	    INPUT_SIZE);

	if (got <= 0) {
		leave(fg);
		return;
	}
	strbuf_grew(&fg->input, (size_t)got);
	send_lines(fg);
}

static void
close_source(struct foreground *fg, int source)
{
	transport_stream_free(fg->streams[source]);
	fg->streams[source] = NULL;
	fg->polls[source].fd = -1;
}

static void
copy_output(struct foreground *fg, int source)
{
	struct strbuf data = STRBUF_INIT;
	struct connection_error error;

	if (transport_stream_read(fg->streams[source], &data, &error) != 1)
		close_source(fg, source);
	fwrite(data.data, 1, data.len, stdout);
	fflush(stdout);
	strbuf_done(&data);
	if (fg->streams[SOURCE_STDOUT] == NULL &&
	    fg->streams[SOURCE_STDERR] == NULL)
		leave(fg);
}

static void
turn(struct foreground *fg)
{
	if (interrupt_poll(fg->polls, SOURCE_COUNT) == -1) {
		leave(fg);
		return;
	}
	for (int i = SOURCE_STDOUT; i < SOURCE_COUNT; i++) {
		if (fg->streams[i] != NULL && fg->polls[i].revents != 0)
			copy_output(fg, i);
	}
	if (!fg->over && fg->polls[SOURCE_INPUT].revents != 0)
		read_input(fg);
}

static void
run(struct ctl *ctl, const char *name)
{
	struct foreground fg = { .ctl = ctl,
		.name = name,
		.input = STRBUF_INIT };

	fg.polls[SOURCE_INPUT].fd = STDIN_FILENO;
	for (int i = 0; i < SOURCE_COUNT; i++)
		fg.polls[i].events = POLLIN;
	follow_announce();
	open_source(&fg, SOURCE_STDOUT, "stdout");
	open_source(&fg, SOURCE_STDERR, "stderr");
	for (int i = SOURCE_STDOUT; i < SOURCE_COUNT; i++) {
		if (fg.streams[i] != NULL &&
		    transport_stream_has_data(fg.streams[i]))
			copy_output(&fg, i);
	}
	while (!fg.over)
		turn(&fg);
	for (int i = SOURCE_STDOUT; i < SOURCE_COUNT; i++)
		close_source(&fg, i);
	strbuf_done(&fg.input);
}

void
cmd_fg(struct ctl *ctl, const struct command *self, const struct strvec *words)
{
	if (words->len == 0) {
		ctl_fail(ctl, CTL_ERROR, "ERROR: no process name supplied");
		command_print_help(self);
	} else if (words->len > 1) {
		ctl_fail(ctl, CTL_ERROR,
		    "ERROR: too many process names supplied");
	} else if (can_enter(ctl, words->items[0])) {
		interrupt_catch();
		run(ctl, words->items[0]);
		interrupt_release();
	}
}
