/* SPDX-License-Identifier: ISC */
/*
 * SHA-1 in one call over text that is all there: the message is padded block
 * by block on the way, nothing is kept between calls.
 */
#include <stdint.h>
#include <string.h>

#include "base/sha1.h"

#define BLOCK 64

static uint32_t
rotated(uint32_t x, int by)
{
	return x << by | x >> (32 - by);
}

static void
load_big_endian(uint32_t w[80], const unsigned char block[BLOCK])
{
	for (int i = 0; i < 16; i++)
		w[i] = (uint32_t)block[4 * i] << 24 |
		    (uint32_t)block[4 * i + 1] << 16 |
		    (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
	for (int i = 16; i < 80; i++)
		w[i] = rotated(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
}

/* The function and constant of a round's quarter. */
static uint32_t
mixed(int round, uint32_t b, uint32_t c, uint32_t d)
{
	switch (round / 20) {
	case 0:
		return ((b & c) | (~b & d)) + 0x5a827999;
	case 1:
		return (b ^ c ^ d) + 0x6ed9eba1;
	case 2:
		return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
	default:
		return (b ^ c ^ d) + 0xca62c1d6;
	}
}

static void
add_block(uint32_t state[5], const unsigned char block[BLOCK])
{
	uint32_t w[80], a = state[0], b = state[1], c = state[2], d = state[3],
			e = state[4];

	load_big_endian(w, block);
	for (int i = 0; i < 80; i++) {
		uint32_t next = rotated(a, 5) + mixed(i, b, c, d) + e + w[i];

		e = d;
		d = c;
		c = rotated(b, 30);
		b = a;
		a = next;
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
}

/* The rest of the message, a one bit, zeros, and the length in bits. */
static void
add_tail(uint32_t state[5], const unsigned char *rest, size_t len,
    uint64_t total_bits)
{
	unsigned char tail[2 * BLOCK] = { 0 };
	size_t size = len < BLOCK - 8 ? BLOCK : 2 * BLOCK;

	memcpy(tail, rest, len);
	tail[len] = 0x80;
	for (size_t i = 0; i < 8; i++)
		tail[size - 1 - i] = (unsigned char)(total_bits >> (8 * i));
	add_block(state, tail);
	if (size > BLOCK)
		add_block(state, tail + BLOCK);
}

void
sha1(const void *data, size_t len, unsigned char digest[SHA1_LEN])
{
	uint32_t state[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476,
		0xc3d2e1f0 };
	const unsigned char *bytes = data;
	size_t left = len;

	for (; left >= BLOCK; left -= BLOCK, bytes += BLOCK)
		add_block(state, bytes);
	add_tail(state, bytes, left, (uint64_t)len * 8);
	for (int i = 0; i < SHA1_LEN; i++)
		digest[i] = (unsigned char)(state[i / 4] >> (24 - 8 * (i % 4)));
}
