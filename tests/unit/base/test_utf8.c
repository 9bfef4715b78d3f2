/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <string.h>

#include "base/utf8.h"

static void
expect_code(const char *text, size_t length, uint32_t expected)
{
	uint32_t code = 0;

	cr_expect_eq(utf8_decode(text, strlen(text), &code), length);
	cr_expect_eq(code, expected);
}

Test(utf8, decodes_all_lengths_up_to_their_ends)
{
	expect_code("a", 1, 'a');
	expect_code("\xc2\x80", 2, 0x80);
	expect_code("\xdf\xbf", 2, 0x7ff);
	expect_code("\xe0\xa0\x80", 3, 0x800);
	expect_code("\xed\x9f\xbf", 3, 0xd7ff);
	expect_code("\xef\xbf\xbf", 3, 0xffff);
	expect_code("\xf0\x90\x80\x80", 4, 0x10000);
	expect_code("\xf4\x8f\xbf\xbf", 4, 0x10ffff);
}

Test(utf8, refuses_overlong_surrogates_and_stumps)
{
	static const char *const bad[] = { "\x80", "\xc0\x80", "\xc1\xbf",
		"\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
		"\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc3",
		"\xe2\x82", "\xf0\x90\x80", "\xc3(" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint32_t code;

		cr_expect_eq(utf8_decode(bad[i], strlen(bad[i]), &code), 0,
		    "row %zu", i);
		cr_expect_not(utf8_valid(bad[i], strlen(bad[i])));
	}
	cr_expect(utf8_valid("a\0\xc3\xa9", 4));
}

Test(utf8, encodes_what_it_decodes)
{
	static const uint32_t codes[] = { 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff,
		0xe000, 0xffff, 0x10000, UTF8_CODE_MAX };
	char text[UTF8_MAX];

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		uint32_t code = 0;
		size_t len = utf8_encode(codes[i], text);

		cr_expect_eq(utf8_decode(text, len, &code), len);
		cr_expect_eq(code, codes[i]);
	}
	cr_expect_eq(utf8_encode(0xd800, text), 0);
	cr_expect_eq(utf8_encode(UTF8_CODE_MAX + 1, text), 0);
}

Test(utf8, counts_characters)
{
	cr_expect_eq(utf8_count("", 0), 0);
	cr_expect_eq(utf8_count("a\xc3\xa9\xe4\xb8\x80", 6), 3);
	cr_expect_eq(utf8_count("\xff\xff", 2), 2);
}

Test(utf8, finds_a_cut_character_at_the_end)
{
	cr_expect_eq(utf8_partial_tail("ab", 2), 0);
	cr_expect_eq(utf8_partial_tail("a\xc3", 2), 1);
	cr_expect_eq(utf8_partial_tail("a\xe2\x82", 3), 2);
	cr_expect_eq(utf8_partial_tail("\xf0\x90\x80", 3), 3);
	cr_expect_eq(utf8_partial_tail("\xc3\xa9", 2), 0);
	cr_expect_eq(utf8_partial_tail("\xed\xa0", 2), 0);
}
