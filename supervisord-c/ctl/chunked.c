/* SPDX-License-Identifier: ISC */
/*
 * The chunked transfer coding (RFC 9112, 7.1), decoded as it arrives: a log
 * that is followed never ends, and a read may stop at any byte.
 */
#include <string.h>

#include "ctl/chunked.h"

#define CHUNK_MAX ((uint64_t)1 << 40)

static int
feed_size(struct chunked *c, char byte)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	const char *found;
	uint64_t digit;

	if (byte == '\n') {
		if (!c->has_size)
			return -1;
		c->state = c->left > 0 ? CHUNKED_DATA : CHUNKED_TRAILER;
		c->line_empty = true;
		return 0;
	}
	if (c->in_extension || byte == '\r')
		return 0;
	if (byte == ';' || byte == ' ' || byte == '\t') {
		c->in_extension = true;
		return 0;
	}
	found = byte == '\0' ? NULL : strchr(digits, byte);
	if (found == NULL || c->left > CHUNK_MAX)
		return -1;
	digit = (uint64_t)(found - digits);
	c->left = c->left * 16 + (digit < 16 ? digit : digit - 6);
	c->has_size = true;
	return 0;
}

static int
feed_data_end(struct chunked *c, char byte)
{
	if (byte == '\n')
		*c = (struct chunked)CHUNKED_INIT;
	else if (byte != '\r')
		return -1;
	return 0;
}

static int
feed_trailer(struct chunked *c, char byte)
{
	if (byte == '\n') {
		if (c->line_empty)
			c->state = CHUNKED_DONE;
		c->line_empty = true;
	} else if (byte != '\r') {
		c->line_empty = false;
	}
	return 0;
}

static size_t
feed_data(struct chunked *c, const char *data, size_t len, struct strbuf *out)
{
	size_t take = c->left < len ? (size_t)c->left : len;

	strbuf_add(out, data, take);
	c->left -= take;
	if (c->left == 0)
		c->state = CHUNKED_DATA_END;
	return take;
}

/* One byte that is not data. */
static int
feed_frame(struct chunked *c, char byte)
{
	switch (c->state) {
	case CHUNKED_SIZE:
		return feed_size(c, byte);
	case CHUNKED_DATA_END:
		return feed_data_end(c, byte);
	case CHUNKED_TRAILER:
		return feed_trailer(c, byte);
	case CHUNKED_DATA:
	case CHUNKED_DONE:
		break;
	}
	return -1;
}

ssize_t
chunked_feed(struct chunked *c, const char *data, size_t len,
    struct strbuf *out)
{
	size_t used = 0;

	while (used < len && c->state != CHUNKED_DONE) {
		if (c->state == CHUNKED_DATA)
			used += feed_data(c, data + used, len - used, out);
		else if (feed_frame(c, data[used++]) == -1)
			return -1;
	}
	return (ssize_t)used;
}
