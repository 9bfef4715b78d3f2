/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <crypt.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/xmalloc.h"
#include "http/http_auth.h"

/* The judgement on "SCHEME base64(credentials)". */
static enum http_auth
judge(const char *scheme, const char *credentials, const char *password)
{
	char *encoded = base64_encode(credentials, strlen(credentials));
	char *header = xasprintf("%s %s", scheme, encoded);
	enum http_auth result = http_auth_check(header, "user", password);

	free(encoded);
	free(header);
	return result;
}

Test(http_auth, plain_passwords)
{
	cr_expect_eq(judge("Basic", "user:pw", "pw"), HTTP_AUTH_OK);
	cr_expect_eq(judge("bASIC", "user:pw", "pw"), HTTP_AUTH_OK);
	cr_expect_eq(judge("Basic", "user:p:w:", "p:w:"), HTTP_AUTH_OK);
	cr_expect_eq(judge("Basic", "user:gr\xc3\xbc\xc3\x9f",
			 "gr\xc3\xbc\xc3\x9f"),
	    HTTP_AUTH_OK);
	cr_expect_eq(judge("Basic", "user:pW", "pw"), HTTP_AUTH_REFUSED);
	cr_expect_eq(judge("Basic", "User:pw", "pw"), HTTP_AUTH_REFUSED);
	cr_expect_eq(judge("Basic", "user:", "pw"), HTTP_AUTH_REFUSED);
	cr_expect_eq(judge("Basic", "user:pwpw", "pw"), HTTP_AUTH_REFUSED);
	cr_expect_eq(judge("Basic", "user:p", "pp"), HTTP_AUTH_REFUSED);
	cr_expect_eq(judge("Basic", "user:x", ""), HTTP_AUTH_REFUSED);
	cr_expect_eq(judge("Basic", "user:", ""), HTTP_AUTH_OK);
	cr_expect_eq(judge("Basic", ":", "pw"), HTTP_AUTH_REFUSED);
	cr_expect_eq(judge("Basic", "userpw", "pw"), HTTP_AUTH_REFUSED);
	cr_expect_eq(judge("Digest", "user:pw", "pw"), HTTP_AUTH_REFUSED);
}

Test(http_auth, hashed_passwords)
{
	/* printf pw | sha1sum */
	static const char hash[] = "1a91d62f7ca67399625a4368a6ab5d4a3baa6073";
	char *lower = xasprintf("{SHA}%s", hash);
	char upper[] = "{SHA}1A91D62F7CA67399625A4368A6AB5D4A3BAA6073";
	char *credentials = xasprintf("user:%s", hash);

	cr_expect_eq(judge("Basic", "user:pw", lower), HTTP_AUTH_OK);
	cr_expect_eq(judge("Basic", "user:pw", upper), HTTP_AUTH_OK);
	cr_expect_eq(judge("Basic", "user:px", lower), HTTP_AUTH_REFUSED);
	cr_expect_eq(judge("Basic", credentials, lower), HTTP_AUTH_REFUSED);
	cr_expect_eq(judge("Basic", "user:pw", "{SHA}"), HTTP_AUTH_REFUSED);
	free(lower);
	free(credentials);
}

Test(http_auth, crypted_passwords)
{
	struct crypt_data *data = xcalloc(1, sizeof(*data));
	char *stored =
	    xasprintf("{CRYPT}%s", crypt_r("pw", "$6$rounds=1000$salt$", data));

	cr_expect_eq(judge("Basic", "user:pw", stored), HTTP_AUTH_OK);
	cr_expect_eq(judge("Basic", "user:px", stored), HTTP_AUTH_REFUSED);
	cr_expect_eq(judge("Basic", "user:*0", "{CRYPT}*0"), HTTP_AUTH_REFUSED);
	cr_expect_eq(judge("Basic", "user:", "{CRYPT}"), HTTP_AUTH_REFUSED);
	free(stored);
	free(data);
}

Test(http_auth, headers)
{
	static const struct {
		const char *header;
		enum http_auth result;
	} rows[] = {
		{ NULL, HTTP_AUTH_REFUSED }, { "", HTTP_AUTH_REFUSED },
		{ "Basic", HTTP_AUTH_REFUSED }, { "Basic ", HTTP_AUTH_REFUSED },
		{ "Basicdxjc2VyOnB3", HTTP_AUTH_REFUSED },
		{ "Basic dXNlcjpwdw==", HTTP_AUTH_OK },
		{ "Basic  dXNlcjpwdw==", HTTP_AUTH_OK },
		{ "Basic dXNlcjpwdw== ", HTTP_AUTH_OK },
		{ "Basic dXNlcjpwdw", HTTP_AUTH_MALFORMED },
		{ "Basic x", HTTP_AUTH_MALFORMED },
		{ "Basic /////w==", HTTP_AUTH_MALFORMED },
		{ "Basic dXNlcjpwdwB4", HTTP_AUTH_REFUSED }, /* a NUL */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect_eq(http_auth_check(rows[i].header, "user", "pw"),
		    rows[i].result, "%s", rows[i].header);
}
