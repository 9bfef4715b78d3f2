/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "preflight/report/quote.h"

static void
expect_quoted(const char *raw, const char *wanted)
{
	struct strbuf out = STRBUF_INIT;

	quote_text(&out, raw);
	cr_expect_str_eq(out.data, wanted);
	strbuf_done(&out);
}

Test(quote, a_terminal_gets_no_control_bytes)
{
	expect_quoted("/srv/a b", "/srv/a b");
	expect_quoted("a\nb\x1b[31m", "a\\nb\\x1b[31m");
	expect_quoted("\xff\xfe", "\\xff\\xfe");
	expect_quoted("gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f");
	expect_quoted("\xc2\x9b"
		      "31m",
	    "\\xc2\\x9b31m");
	/* Right-to-left override: would show another name than there is. */
	expect_quoted("\xe2\x80\xae", "\\xe2\\x80\\xae");
}

Test(quote, text_formats_get_replacement_characters)
{
	char *clean = quote_replaced("a\x1b\xff", false);

	cr_expect_str_eq(clean, "a\xef\xbf\xbd\xef\xbf\xbd");
	free(clean);
	clean = quote_replaced("a\x1b\xff", true);
	cr_expect_str_eq(clean, "a\x1b\xef\xbf\xbd");
	free(clean);
}

Test(quote, commands_can_be_pasted)
{
	struct strvec words = STRVEC_INIT;
	struct strbuf out = STRBUF_INIT;

	strvec_push(&words, "chmod");
	strvec_push(&words, "o+x");
	strvec_push(&words, "/a b/it's");
	strvec_push(&words, "x\n'\\");
	strvec_push(&words, "");
	quote_command(&out, &words);
	cr_expect_str_eq(out.data,
	    "chmod o+x '/a b/it'\\''s' $'x\\n\\'\\\\' ''");
	strbuf_done(&out);
	strvec_done(&words);
}
