/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "http/url.h"

static void
expect_decoded(const char *text, bool plus_is_space, const char *want)
{
	size_t len;
	char *got = url_decode(text, strlen(text), plus_is_space, &len);

	cr_expect_str_eq(got, want);
	cr_expect_eq(len, strlen(want));
	free(got);
}

Test(url, decodes)
{
	expect_decoded("", false, "");
	expect_decoded("/a%3Ab%2e%C3%bc", false, "/a:b.\xc3\xbc");
	expect_decoded("a+b", false, "a+b");
	expect_decoded("a+b%2B", true, "a b+");
	expect_decoded("%", false, "%");
	expect_decoded("%4", false, "%4");
	expect_decoded("%zz%41", false, "%zzA");
}

Test(url, a_nul_shows_in_the_length)
{
	size_t len;
	char *got = url_decode("a%00b", 5, false, &len);

	cr_expect_eq(len, 3);
	free(got);
}

Test(url, encodes)
{
	struct strbuf out = STRBUF_INIT;

	url_encode(&out, "grp:*/a_b.-~ &\xc3\xbc");
	cr_expect_str_eq(out.data, "grp%3A%2A/a_b.-~%20%26%C3%BC");
	strbuf_done(&out);
}

/* want NULL: absent. */
static void
expect_param(char *got, const char *want)
{
	if (want == NULL)
		cr_expect_null(got);
	else
		cr_expect_str_eq(got, want);
	free(got);
}

Test(url, parameters)
{
	static const char form[] = "a=1&b=&c&%64=x+y%26&a=2&e=%00&=z&b=late&a=";
	size_t len = strlen(form);

	expect_param(url_param_first(form, len, "a"), "1");
	expect_param(url_param_last(form, len, "a"), "2");
	expect_param(url_param_first(form, len, "b"), "late");
	expect_param(url_param_first(form, len, "c"), NULL);
	expect_param(url_param_first(form, len, "d"), "x y&");
	expect_param(url_param_first(form, len, "e"), NULL);
	expect_param(url_param_first(form, 2, "a"), NULL);
	expect_param(url_param_first("", 0, "a"), NULL);
}
