/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"

static void
expect_encoded(const char *plain, const char *text)
{
	char *got = base64_encode(plain, strlen(plain));

	cr_expect_str_eq(got, text);
	free(got);
}

/* plain NULL: refused. */
static void
expect_decoded(const char *text, const char *plain)
{
	size_t len = 99;
	char *got = base64_decode(text, strlen(text), &len);

	if (plain == NULL) {
		cr_expect_null(got, "%s", text);
		return;
	}
	cr_assert_not_null(got, "%s", text);
	cr_expect_eq(len, strlen(plain));
	cr_expect_str_eq(got, plain);
	free(got);
}

Test(base64, encodes_every_length)
{
	expect_encoded("", "");
	expect_encoded("f", "Zg==");
	expect_encoded("fo", "Zm8=");
	expect_encoded("foo", "Zm9v");
	expect_encoded("\xff\xfe\xfb\xef", "//777w==");
}

Test(base64, decodes_as_python_does)
{
	expect_decoded("", "");
	expect_decoded("Zm9v", "foo");
	expect_decoded("//777w==", "\xff\xfe\xfb\xef");
	expect_decoded("Zg==Zg==", "f");
	expect_decoded("Z!\ng==  ", "f");
	expect_decoded("Z=g==", "f");
	expect_decoded("====", "");
	expect_decoded("Zg", NULL);
	expect_decoded("Zg=", NULL);
	expect_decoded("Z", NULL);
	expect_decoded("Zm9vZ", NULL);
}
