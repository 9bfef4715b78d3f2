/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>

#include "web/html.h"

static void
expect_text(const char *text, size_t len, const char *want)
{
	struct strbuf out = STRBUF_INIT;

	html_text_len(&out, text, len);
	cr_expect_str_eq(out.data, want);
	strbuf_done(&out);
}

Test(html, text_is_safe_and_valid)
{
	expect_text("", 0, "");
	expect_text("a<b>&\"c'\n\t", 10, "a&lt;b&gt;&amp;&quot;c'\n\t");
	expect_text("gr\xc3\xbc\xff", 5, "gr\xc3\xbc\xef\xbf\xbd");
	expect_text("\x1b[0m\0", 5, "\xef\xbf\xbd[0m\xef\xbf\xbd");
	expect_text("\xe2\x82", 2, "\xef\xbf\xbd\xef\xbf\xbd");
}
