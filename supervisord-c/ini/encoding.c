/* SPDX-License-Identifier: ISC */
/*
 * The refusal of files that are not UTF-8, in the words that operators find
 * when they search for the message.
 */
#include <stdint.h>

#include "base/utf8.h"
#include "base/xmalloc.h"
#include "ini/encoding.h"

#define CHUNK_SIZE 8192

/* Where the first bad sequence is, and what is wrong with it. */
struct fault {
	size_t start;
	size_t len; /* how many bytes of it made sense, at least 1 */
	const char *reason;
};

/* Bytes at p that may be the beginning of a character; p is not a whole one. */
static size_t
sensible_prefix(const char *p, size_t len)
{
	for (size_t n = len < 3 ? len : 3; n > 0; n--) {
		if (utf8_partial_tail(p, n) == n)
			return n;
	}
	return 0;
}

static void
find_fault(const char *data, size_t len, struct fault *fault)
{
	uint32_t code;
	size_t n, at = 0;

	while ((n = utf8_decode(data + at, len - at, &code)) > 0)
		at += n;
	n = sensible_prefix(data + at, len - at);
	fault->start = at;
	fault->len = n > 0 ? n : 1;
	if (n == 0)
		fault->reason = "invalid start byte";
	else if (at + n == len)
		fault->reason = "unexpected end of data";
	else
		fault->reason = "invalid continuation byte";
}

/* Whether Python's decoder keeps these bytes, the last of a chunk, for the next
 * one: a character that is cut, or half of a surrogate that is. */
static bool
is_kept(const char *p, size_t len)
{
	return utf8_partial_tail(p, len) == len ||
	    (len == 2 && (unsigned char)p[0] == 0xed &&
		(unsigned char)p[1] >= 0xa0 && (unsigned char)p[1] <= 0xbf);
}

/* Positions count from what was kept. */
static size_t
position_in_chunk(const char *data, size_t len, const struct fault *fault)
{
	size_t chunk = fault->start - fault->start % CHUNK_SIZE;
	size_t end = chunk + CHUNK_SIZE < len ? chunk + CHUNK_SIZE : len;

	if (is_kept(data + fault->start, end - fault->start))
		return 0;
	return fault->start - chunk + utf8_partial_tail(data, chunk);
}

int
encoding_check(const char *data, size_t len, char **cause)
{
	struct fault fault;
	size_t position;

	if (utf8_valid(data, len))
		return 0;
	find_fault(data, len, &fault);
	position = position_in_chunk(data, len, &fault);
	if (fault.len == 1)
		return cause_set(cause,
		    "'utf-8' codec can't decode byte 0x%02x in position %zu: "
		    "%s",
		    (unsigned char)data[fault.start], position, fault.reason);
	return cause_set(cause,
	    "'utf-8' codec can't decode bytes in position %zu-%zu: %s",
	    position, position + fault.len - 1, fault.reason);
}
