/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/xmalloc.h"
#include "logs/ansi.h"

static const struct {
	const char *in, *out;
} cases[] = {
	{ "plain\n", "plain\n" },
	{ "\033[31mred\033[0m.", "red." },
	{ "\033[6nworld", "world" },
	{ "\033[1;38;5;12;4mx\033[?25ly", "xy" },
	{ "\033]0;title\007after", "after" },
	{ "\033]8;;http://x\033\\link\033]8;;\033\\.", "link." },
	{ "\033(Bascii\033=keypad\0337", "asciikeypad" },
	{ "\033Pdcs\033\\x", "x" },
	{ "a\033[31", "a" },
	/* Broken ones end where a control character stands. */
	{ "\033[31\nline\n", "\nline\n" },
	{ "\033]no end\nline\n", "\nline\n" },
	{ "\033\033[31mx", "x" },
	{ "\033]t\033[31mx", "x" },
	{ "\xc3\xa4\033[m\xc3\xb6", "\xc3\xa4\xc3\xb6" },
};

/* All at once, and cut into pieces of every size. */
Test(ansi, strips_sequences_wherever_they_are_cut)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = strlen(cases[i].in);

		for (size_t piece = 1; piece <= len; piece++) {
			struct ansi ansi = { 0 };
			struct strbuf got = STRBUF_INIT;

			for (size_t at = 0; at < len; at += piece) {
				size_t n = len - at < piece ? len - at : piece;
				char *copy = xmemdup(cases[i].in + at, n);

				strbuf_add(&got, copy,
				    ansi_strip(&ansi, copy, n));
				free(copy);
			}
			cr_expect_str_eq(got.data, cases[i].out,
			    "case %zu in pieces of %zu", i, piece);
			strbuf_done(&got);
		}
	}
}

Test(ansi, keeps_nul_bytes)
{
	struct ansi ansi = { 0 };
	char data[] = "a\0\033[1mb";

	cr_expect_eq(ansi_strip(&ansi, data, sizeof(data) - 1), 3);
	cr_expect_arr_eq(data, "a\0b", 3);
}
