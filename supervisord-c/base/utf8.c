/* SPDX-License-Identifier: ISC */
#include "base/utf8.h"

static bool
is_continuation(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

/* Length that a first byte announces; 0 if none may begin with it. */
static size_t
announced(unsigned char c)
{
	if (c < 0x80)
		return 1;
	if (c >= 0xc2 && c <= 0xdf)
		return 2;
	if (c >= 0xe0 && c <= 0xef)
		return 3;
	if (c >= 0xf0 && c <= 0xf4)
		return 4;
	return 0;
}

/* The second byte is what keeps out overlong forms, surrogates and > 10ffff. */
static bool
second_ok(unsigned char first, unsigned char second)
{
	switch (first) {
	case 0xe0:
		return second >= 0xa0 && second <= 0xbf;
	case 0xed:
		return second >= 0x80 && second <= 0x9f;
	case 0xf0:
		return second >= 0x90 && second <= 0xbf;
	case 0xf4:
		return second >= 0x80 && second <= 0x8f;
	default:
		return is_continuation(second);
	}
}

size_t
utf8_decode(const char *p, size_t len, uint32_t *code)
{
	static const unsigned char first_mask[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	const unsigned char *u = (const unsigned char *)p;
	size_t need = len > 0 ? announced(u[0]) : 0;
	uint32_t value;

	if (need == 0 || need > len || (need > 1 && !second_ok(u[0], u[1])))
		return 0;
	value = u[0] & first_mask[need];
	for (size_t i = 1; i < need; i++) {
		if (!is_continuation(u[i]))
			return 0;
		value = value << 6 | (u[i] & 0x3f);
	}
	*code = value;
	return need;
}

size_t
utf8_encode(uint32_t code, char *out)
{
	static const unsigned char first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t len;

	if (code > UTF8_CODE_MAX || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	len = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	for (size_t i = len - 1; i > 0; i--, code >>= 6)
		out[i] = (char)(0x80 | (code & 0x3f));
	out[0] = (char)(first[len] | code);
	return len;
}

/* How many bytes at the front are ASCII: nearly all text is. */
static size_t
ascii_run(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && (unsigned char)text[n] < 0x80)
		n++;
	return n;
}

bool
utf8_valid(const char *text, size_t len)
{
	uint32_t code;
	size_t n;

	for (size_t i = ascii_run(text, len); i < len;
	     i += n + ascii_run(text + i + n, len - i - n)) {
		n = utf8_decode(text + i, len - i, &code);
		if (n == 0)
			return false;
	}
	return true;
}

size_t
utf8_count(const char *text, size_t len)
{
	uint32_t code;
	size_t count, n;

	for (count = 0; len > 0; count++) {
		n = utf8_decode(text, len, &code);
		n = n == 0 ? 1 : n;
		text += n;
		len -= n;
	}
	return count;
}

size_t
utf8_partial_tail(const char *text, size_t len)
{
	const unsigned char *u = (const unsigned char *)text;

	for (size_t back = 1; back <= 3 && back <= len; back++) {
		unsigned char c = u[len - back];

		if (is_continuation(c))
			continue;
		if (announced(c) <= back)
			return 0;
		return back == 1 || second_ok(c, u[len - back + 1]) ? back : 0;
	}
	return 0;
}

bool
utf8_is_printable(uint32_t code)
{
	/* Categories Cc, Cf, Cs, Co, Zl, Zp, and Zs but the space. */
	static const struct {
		uint32_t first, last;
	} hidden[] = {
		{ 0x00, 0x1f },
		{ 0x7f, 0xa0 },
		{ 0xad, 0xad },
		{ 0x600, 0x605 },
		{ 0x61c, 0x61c },
		{ 0x6dd, 0x6dd },
		{ 0x70f, 0x70f },
		{ 0x1680, 0x1680 },
		{ 0x180e, 0x180e },
		{ 0x2000, 0x200f },
		{ 0x2028, 0x202f },
		{ 0x205f, 0x206f },
		{ 0x3000, 0x3000 },
		{ 0xd800, 0xf8ff },
		{ 0xfeff, 0xfeff },
		{ 0xfff9, 0xfffb },
		{ 0x1d173, 0x1d17a },
		{ 0xe0001, 0xe007f },
		{ 0xf0000, 0x10ffff },
	};

	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		if (code >= hidden[i].first && code <= hidden[i].last)
			return false;
	}
	return true;
}
