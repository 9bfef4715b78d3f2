/* SPDX-License-Identifier: ISC */
/*
 * Reading what a listener says.  The reference is lenient (it looks at a result
 * line from its eighth byte on only) and programs live from that; it is not
 * where lengths are negative, zero or without bound (contract C7.5).
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "base/xmalloc.h"
#include "listener/protocol.h"

static const char ready_token[] = "READY\n";

enum {
	READY_LEN = sizeof(ready_token) - 1,
	RESULT_PREFIX_LEN = 7, /* "RESULT " */
	NO_LENGTH = -1,
};

static const char *const names[] = {
#define X(name) [LISTENER_##name] = #name,
	LISTENER_STATES(X)
#undef X
};

const char *
listener_state_name(enum listener_state state)
{
	return names[state];
}

void
protocol_init(struct protocol *protocol)
{
	protocol->state = LISTENER_ACKNOWLEDGED;
	strbuf_init(&protocol->buffer);
	protocol->result_len = NO_LENGTH;
	protocol->bad = NULL;
}

void
protocol_done(struct protocol *protocol)
{
	strbuf_done(&protocol->buffer);
	free(protocol->bad);
	protocol->bad = NULL;
}

void
protocol_feed(struct protocol *protocol, const void *data, size_t len)
{
	if (protocol->state != LISTENER_UNKNOWN)
		strbuf_add(&protocol->buffer, data, len);
}

void
protocol_sent(struct protocol *protocol)
{
	assert(protocol->state == LISTENER_READY);
	protocol->state = LISTENER_BUSY;
	protocol->result_len = NO_LENGTH;
}

/* Nothing it says counts any more, but what it said last is shown. */
static enum protocol_verdict
become_unknown(struct protocol *protocol, size_t bad_len,
    enum protocol_verdict verdict)
{
	free(protocol->bad);
	protocol->bad = xcalloc(1, bad_len + 1);
	memcpy(protocol->bad, protocol->buffer.data, bad_len);
	protocol->bad_len = bad_len;
	protocol->state = LISTENER_UNKNOWN;
	strbuf_done(&protocol->buffer);
	return verdict;
}

static enum protocol_verdict
confused(struct protocol *protocol)
{
	size_t len = protocol->buffer.len;

	return become_unknown(protocol,
	    len < PROTOCOL_BAD_SHOWN ? len : PROTOCOL_BAD_SHOWN,
	    PROTOCOL_CONFUSED);
}

static enum protocol_verdict
read_ready(struct protocol *protocol)
{
	if (protocol->buffer.len < READY_LEN)
		return PROTOCOL_MORE;
	if (memcmp(protocol->buffer.data, ready_token, READY_LEN) != 0)
		return confused(protocol);
	strbuf_consume(&protocol->buffer, READY_LEN);
	protocol->state = LISTENER_READY;
	return PROTOCOL_IS_READY;
}

/* The length behind the first seven bytes of the line; -1 if it is none. */
static int
parse_length(const char *line, size_t len, long long *result)
{
	char *text;
	int status;

	if (len < RESULT_PREFIX_LEN || memchr(line, '\0', len) != NULL)
		return -1;
	text = xstrndup(line + RESULT_PREFIX_LEN, len - RESULT_PREFIX_LEN);
	status = parse_int(text, result, NULL);
	free(text);
	return status == 0 && *result >= 0 && *result <= PROTOCOL_MAX_RESULT
	    ? 0
	    : -1;
}

static enum protocol_verdict
read_result(struct protocol *protocol)
{
	struct strbuf *buffer = &protocol->buffer;
	bool accepted;

	if (buffer->len < (size_t)protocol->result_len)
		return PROTOCOL_MORE;
	accepted =
	    protocol->result_len == 2 && memcmp(buffer->data, "OK", 2) == 0;
	strbuf_consume(buffer, (size_t)protocol->result_len);
	protocol->result_len = NO_LENGTH;
	protocol->state = LISTENER_ACKNOWLEDGED;
	return accepted ? PROTOCOL_ACCEPTED : PROTOCOL_REJECTED;
}

static enum protocol_verdict
read_result_line(struct protocol *protocol)
{
	struct strbuf *buffer = &protocol->buffer;
	const char *end = memchr(buffer->data, '\n', buffer->len);
	size_t line_len;

	if (end == NULL && buffer->len <= PROTOCOL_MAX_LINE)
		return PROTOCOL_MORE;
	line_len =
	    end == NULL ? PROTOCOL_MAX_LINE : (size_t)(end - buffer->data);
	if (end == NULL ||
	    parse_length(buffer->data, line_len, &protocol->result_len) == -1)
		return become_unknown(protocol, line_len, PROTOCOL_BAD_RESULT);
	strbuf_consume(buffer, line_len + 1);
	return read_result(protocol);
}

enum protocol_verdict
protocol_next(struct protocol *protocol)
{
	switch (protocol->state) {
	case LISTENER_ACKNOWLEDGED:
		return read_ready(protocol);
	case LISTENER_READY:
		if (protocol->buffer.len > 0)
			return confused(protocol);
		return PROTOCOL_MORE;
	case LISTENER_BUSY:
		if (protocol->result_len == NO_LENGTH)
			return read_result_line(protocol);
		return read_result(protocol);
	case LISTENER_UNKNOWN:
		break;
	}
	return PROTOCOL_MORE;
}
