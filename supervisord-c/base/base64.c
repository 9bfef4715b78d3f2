/* SPDX-License-Identifier: ISC */
/*
 * RFC 4648.  Decoding forgives as Python's binascii.a2b_base64 does, because
 * that is what Supervisor's clients were written against (contract C2.1, C4).
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/xmalloc.h"

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *
base64_encode(const void *data, size_t len)
{
	const unsigned char *in = data;
	char *text = xmalloc((len + 2) / 3 * 4 + 1);
	char *out = text;

	for (size_t i = 0; i < len; i += 3) {
		size_t left = len - i;
		uint32_t bits = (uint32_t)in[i] << 16;

		if (left > 1)
			bits |= (uint32_t)in[i + 1] << 8;
		if (left > 2)
			bits |= in[i + 2];
		*out++ = alphabet[bits >> 18];
		*out++ = alphabet[bits >> 12 & 63];
		*out++ = left > 1 ? alphabet[bits >> 6 & 63] : '=';
		*out++ = left > 2 ? alphabet[bits & 63] : '=';
	}
	*out = '\0';
	return text;
}

/* -1 for a character outside the alphabet. */
static int
digit_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* Returns the digits of the last, unfinished quantum: 0 is a good end. */
static unsigned int
decode_into(char *out, size_t *out_len, const char *text, size_t len)
{
	unsigned int have = 0, pads = 0;
	uint32_t bits = 0;

	for (size_t i = 0; i < len; i++) {
		int digit = digit_of(text[i]);

		if (text[i] == '=' && have >= 2 && have + ++pads >= 4)
			return 0;
		if (digit == -1)
			continue;
		pads = 0;
		bits = bits << 6 | (uint32_t)digit;
		if (have > 0)
			out[(*out_len)++] = (char)(bits >> (6 - 2 * have));
		have = (have + 1) % 4;
	}
	return have;
}

char *
base64_decode(const char *text, size_t len, size_t *out_len)
{
	char *out = xmalloc(len / 4 * 3 + 4);
	size_t n = 0;

	if (decode_into(out, &n, text, len) != 0) {
		free(out);
		return NULL;
	}
	out[n] = '\0';
	*out_len = n;
	return out;
}
