/* SPDX-License-Identifier: ISC */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/xmalloc.h"
#include "logs/capture.h"

static const char token_begin[] = "<!--XSUPERVISOR:BEGIN-->";
static const char token_end[] = "<!--XSUPERVISOR:END-->";

struct capture {
	size_t max_bytes;
	capture_text_fn on_text;
	capture_message_fn on_message;
	void *arg;
	bool inside;
	/* A proper beginning of the token that is looked for. */
	struct strbuf held;
	/* What was inside so far: the last max_bytes are meant, up to twice as
	 * many are kept so that they are not moved for every chunk. */
	struct strbuf collected;
};

struct capture *
capture_create(int64_t max_bytes, capture_text_fn on_text,
    capture_message_fn on_message, void *arg)
{
	struct capture *capture = xcalloc(1, sizeof(*capture));

	capture->max_bytes = max_bytes > 0 ? (size_t)max_bytes : 0;
	capture->on_text = on_text;
	capture->on_message = on_message;
	capture->arg = arg;
	strbuf_init(&capture->held);
	strbuf_init(&capture->collected);
	return capture;
}

void
capture_free(struct capture *capture)
{
	if (capture == NULL)
		return;
	strbuf_done(&capture->held);
	strbuf_done(&capture->collected);
	free(capture);
}

static void
keep_last(struct strbuf *buf, size_t max)
{
	if (buf->len > max)
		strbuf_consume(buf, buf->len - max);
}

static void
collect(struct capture *capture, const char *data, size_t len)
{
	size_t max = capture->max_bytes;

	if (len > max) {
		data += len - max;
		len = max;
	}
	if (capture->collected.len + len > 2 * max)
		keep_last(&capture->collected, max);
	strbuf_add(&capture->collected, data, len);
}

static void
deliver(struct capture *capture, const char *data, size_t len)
{
	if (len == 0)
		return;
	if (capture->inside)
		collect(capture, data, len);
	capture->on_text(data, len,
	    capture->inside ? CAPTURE_INSIDE : CAPTURE_OUTSIDE, capture->arg);
}

static void
token_found(struct capture *capture)
{
	capture->inside = !capture->inside;
	if (!capture->inside) {
		keep_last(&capture->collected, capture->max_bytes);
		capture->on_message(capture->collected.data,
		    capture->collected.len, capture->arg);
	}
	strbuf_clear(&capture->collected);
}

/* How many bytes at the end may be the beginning of the token. */
static size_t
partial_token(const char *data, size_t len, const char *token, size_t token_len)
{
	size_t n = len < token_len - 1 ? len : token_len - 1;

	while (n > 0 && memcmp(data + len - n, token, n) != 0)
		n--;
	return n;
}

/* Delivers up to what has to be held back; returns the length of that. */
static size_t
scan(struct capture *capture, const char *data, size_t len)
{
	const char *token, *found;
	size_t token_len, partial;

	for (;;) {
		token = capture->inside ? token_end : token_begin;
		token_len = strlen(token);
		found = memmem(data, len, token, token_len);
		if (found == NULL)
			break;
		deliver(capture, data, (size_t)(found - data));
		token_found(capture);
		len -= (size_t)(found - data) + token_len;
		data = found + token_len;
	}
	partial = partial_token(data, len, token, token_len);
	deliver(capture, data, len - partial);
	return partial;
}

void
capture_feed(struct capture *capture, const void *data, size_t len)
{
	const char *p = data;
	struct strbuf joined;
	size_t partial;

	if (capture->held.len == 0) {
		partial = scan(capture, p, len);
		strbuf_add(&capture->held, p + len - partial, partial);
		return;
	}
	joined = capture->held;
	strbuf_init(&capture->held);
	strbuf_add(&joined, data, len);
	partial = scan(capture, joined.data, joined.len);
	strbuf_consume(&joined, joined.len - partial);
	strbuf_done(&capture->held);
	capture->held = joined;
}

void
capture_finish(struct capture *capture)
{
	deliver(capture, capture->held.data, capture->held.len);
	strbuf_clear(&capture->held);
	keep_last(&capture->collected, capture->max_bytes);
	if (capture->collected.len > 0)
		capture->on_text(capture->collected.data,
		    capture->collected.len, CAPTURE_UNFINISHED, capture->arg);
	strbuf_clear(&capture->collected);
	capture->inside = false;
}

void
capture_reset(struct capture *capture)
{
	strbuf_clear(&capture->collected);
}
