/* SPDX-License-Identifier: ISC */
/*
 * Following a log: "tail -f".  Bytes go through unchanged, so that a character
 * which two reads cut in half arrives whole.
 */
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "base/xmalloc.h"
#include "ctl/follow.h"
#include "ctl/interrupt.h"

/* Everything that could end the path or change what follows it. */
static void
add_quoted(struct strbuf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte <= ' ' || byte >= 0x7f || strchr("%?#/", byte) != NULL)
			strbuf_addf(out, "%%%02X", byte);
		else
			strbuf_addch(out, *text);
	}
}

char *
follow_path(const char *name, const char *channel)
{
	struct strbuf path = STRBUF_INIT;

	strbuf_addstr(&path, "/logtail/");
	add_quoted(&path, name);
	strbuf_addf(&path, "/%s", channel);
	return strbuf_steal(&path);
}

void
follow_announce(void)
{
	puts("==> Press Ctrl-C to exit <==");
}

static const char *
error_text(const struct connection_error *error)
{
	switch (error->kind) {
	case CONNECTION_REFUSED:
	case CONNECTION_NO_FILE:
	case CONNECTION_SYSTEM:
		return strerror(error->error);
	case CONNECTION_RESOLVE:
		return gai_strerror(error->error);
	case CONNECTION_CLOSED:
		return "the server closed the connection";
	case CONNECTION_NOT_HTTP:
	case CONNECTION_TOO_LARGE:
		break;
	}
	return "the answer is not HTTP";
}

static struct transport_stream *
open_stream(struct ctl *ctl, const char *path)
{
	const char *url = ctl->transport.url.text;
	struct connection_error error;
	struct transport_stream *stream;
	int status;

	stream = transport_stream_open(&ctl->transport, path, &status, &error);
	if (stream == NULL && interrupt_came())
		return NULL;
	if (stream == NULL) {
		fprintf(stderr, "%s%s Cannot connect, error: %s\n", url, path,
		    error_text(&error));
	} else if (status != 200) {
		fprintf(stderr, "%s%s Cannot read, status code %d\n", url, path,
		    status);
		transport_stream_free(stream);
		stream = NULL;
	}
	return stream;
}

/* Until the stream ends, or Ctrl-C. */
static void
copy(struct transport_stream *stream)
{
	struct pollfd pollfd = { .fd = transport_stream_fd(stream),
		.events = POLLIN };
	struct strbuf data = STRBUF_INIT;
	struct connection_error error;
	int more = 1;

	while (more == 1) {
		if (!transport_stream_has_data(stream) &&
		    interrupt_poll(&pollfd, 1) == -1)
			break;
		more = transport_stream_read(stream, &data, &error);
		fwrite(data.data, 1, data.len, stdout);
		fflush(stdout);
		strbuf_clear(&data);
	}
	strbuf_done(&data);
}

void
follow_log(struct ctl *ctl, const char *path)
{
	struct transport_stream *stream;

	interrupt_catch();
	follow_announce();
	stream = open_stream(ctl, path);
	if (stream != NULL)
		copy(stream);
	if (interrupt_came())
		putchar('\n');
	interrupt_release();
	transport_stream_free(stream);
}
