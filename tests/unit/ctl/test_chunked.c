/* SPDX-License-Identifier: ISC */
#include <string.h>

#include <criterion/criterion.h>

#include "ctl/chunked.h"

static const char body[] =
    "9\r\nhello fg\n\r\n1A;x=y\r\nabcdefghijklmnopqrstuvwxyz\r\n"
    "0\r\nTrailer: x\r\n\r\nnext";

/* Whatever the pieces are in which it comes. */
Test(chunked, decodes_any_pieces)
{
	for (size_t piece = 1; piece < sizeof(body); piece++) {
		struct chunked c = CHUNKED_INIT;
		struct strbuf out = STRBUF_INIT;
		size_t at = 0;

		while (c.state != CHUNKED_DONE) {
			size_t left = strlen(body) - at;
			ssize_t used = chunked_feed(&c, body + at,
			    left < piece ? left : piece, &out);

			cr_assert_geq(used, 0);
			at += (size_t)used;
		}
		cr_assert_str_eq(out.data,
		    "hello fg\nabcdefghijklmnopqrstuvwxyz");
		cr_assert_str_eq(body + at, "next");
		strbuf_done(&out);
	}
}

Test(chunked, refuses_what_is_none)
{
	static const char *const bad[] = { "\r\n", "x\r\n", "-1\r\n", "1\r\nab",
		"fffffffffffffffff\r\n", "\x10\r\n" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct chunked c = CHUNKED_INIT;
		struct strbuf out = STRBUF_INIT;

		cr_assert_eq(chunked_feed(&c, bad[i], strlen(bad[i]), &out), -1,
		    "%s", bad[i]);
		strbuf_done(&out);
	}
}
