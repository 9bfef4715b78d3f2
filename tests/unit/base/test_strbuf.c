/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"

Test(strbuf, is_a_string_at_all_times)
{
	struct strbuf buf = STRBUF_INIT;

	cr_expect_str_eq(buf.data, "");
	strbuf_addstr(&buf, "ab");
	strbuf_addch(&buf, 'c');
	strbuf_addf(&buf, "%d-%s", 7, "x");
	cr_expect_str_eq(buf.data, "abc7-x");
	cr_expect_eq(buf.len, 6);
	strbuf_truncate(&buf, 3);
	cr_expect_str_eq(buf.data, "abc");
	strbuf_consume(&buf, 2);
	cr_expect_str_eq(buf.data, "c");
	strbuf_clear(&buf);
	cr_expect_str_eq(buf.data, "");
	strbuf_done(&buf);
	cr_expect_str_eq(buf.data, "");
}

Test(strbuf, keeps_bytes_over_growth)
{
	struct strbuf buf = STRBUF_INIT;

	for (int i = 0; i < 10000; i++)
		strbuf_add(&buf, "a\0b", 3);
	cr_expect_eq(buf.len, 30000);
	cr_expect_eq(memcmp(buf.data + 29997, "a\0b", 4), 0);
	strbuf_consume(&buf, 29997);
	cr_expect_eq(memcmp(buf.data, "a\0b", 4), 0);
	strbuf_done(&buf);
}

Test(strbuf, takes_what_is_written_in_place)
{
	struct strbuf buf = STRBUF_INIT;

	memcpy(strbuf_reserve(&buf, 100), "hello", 5);
	strbuf_grew(&buf, 5);
	cr_expect_str_eq(buf.data, "hello");
	strbuf_done(&buf);
}

Test(strbuf, gives_its_text_away)
{
	struct strbuf buf = STRBUF_INIT;
	char *text = strbuf_steal(&buf);

	cr_expect_str_eq(text, "");
	free(text);
	strbuf_addstr(&buf, "x");
	text = strbuf_steal(&buf);
	cr_expect_str_eq(text, "x");
	cr_expect_eq(buf.len, 0);
	free(text);
}
