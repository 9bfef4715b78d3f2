/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/sha1.h"

static void
expect_digest(const char *text, size_t len, const char *want)
{
	unsigned char digest[SHA1_LEN];
	char hex[2 * SHA1_LEN + 1];

	sha1(text, len, digest);
	for (int i = 0; i < SHA1_LEN; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	cr_expect_str_eq(hex, want, "%zu bytes", len);
}

/* FIPS 180 examples, and lengths around the padding's edges (sha1sum). */
Test(sha1, known_digests)
{
	char many[128];

	memset(many, 'a', sizeof(many));
	expect_digest("", 0, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
	expect_digest("abc", 3, "a9993e364706816aba3e25717850c26c9cd0d89d");
	expect_digest(many, 55, "c1c8bbdc22796e28c0e15163d20899b65621d65a");
	expect_digest(many, 56, "c2db330f6083854c99d4b5bfb6e8f29f201be699");
	expect_digest(many, 64, "0098ba824b5c16427bd7a1122a5a442a25ec644d");
	expect_digest(many, 119, "ee971065aaa017e0632a8ca6c77bb3bf8b1dfc56");
	expect_digest(many, 128, "ad5b3fdbcb526778c2839d2f151ea753995e26a0");
}
