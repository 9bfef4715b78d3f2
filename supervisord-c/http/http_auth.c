/* SPDX-License-Identifier: ISC */
/*
 * HTTP Basic (RFC 7617).  User and password are always both compared, each in
 * a time that depends only on what the client sent.
 */
#include <crypt.h>
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "base/sha1.h"
#include "base/utf8.h"
#include "base/xmalloc.h"
#include "http/http_auth.h"

#define SHA_PREFIX   "{SHA}"
#define CRYPT_PREFIX "{CRYPT}"

/* Walks over given as often as it is long, whatever the secret is. */
bool
http_auth_equal(const char *given, const char *secret)
{
	size_t given_len = strlen(given), secret_len = strlen(secret);
	unsigned int differs = given_len != secret_len;

	for (size_t i = 0; i < given_len; i++) {
		char c = secret[secret_len == 0 ? 0 : i % secret_len];

		differs |= (unsigned int)(unsigned char)(given[i] ^ c);
	}
	return differs == 0;
}

static bool
sha_matches(const char *given, const char *hex)
{
	unsigned char digest[SHA1_LEN];
	char text[2 * SHA1_LEN + 1];
	char *secret = xstrdup(hex);
	bool equal;

	sha1(given, strlen(given), digest);
	for (int i = 0; i < SHA1_LEN; i++) {
		text[2 * i] = "0123456789abcdef"[digest[i] >> 4];
		text[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
	}
	text[2 * SHA1_LEN] = '\0';
	for (char *p = secret; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	equal = http_auth_equal(text, secret);
	free(secret);
	return equal;
}

static bool
crypt_matches(const char *given, const char *setting)
{
	/* 32 KiB, too much for the stack */
	struct crypt_data *data = xcalloc(1, sizeof(*data));
	const char *hashed = crypt_r(given, setting, data);
	bool equal = hashed != NULL && hashed[0] != '*' &&
	    http_auth_equal(hashed, setting);

	free(data);
	return equal;
}

static bool
password_matches(const char *given, const char *password)
{
	if (strncmp(password, SHA_PREFIX, sizeof(SHA_PREFIX) - 1) == 0)
		return sha_matches(given, password + sizeof(SHA_PREFIX) - 1);
	if (strncmp(password, CRYPT_PREFIX, sizeof(CRYPT_PREFIX) - 1) == 0)
		return crypt_matches(given,
		    password + sizeof(CRYPT_PREFIX) - 1);
	return http_auth_equal(given, password);
}

/* What follows "Basic", or NULL if the header is something else. */
static const char *
basic_value(const char *header)
{
	static const char scheme[] = "basic";
	size_t len = sizeof(scheme) - 1;

	if (header == NULL || strncasecmp(header, scheme, len) != 0 ||
	    header[len] != ' ')
		return NULL;
	header += len + strspn(header + len, " ");
	return *header == '\0' ? NULL : header;
}

enum http_auth
http_auth_check(const char *header, const char *username, const char *password)
{
	const char *value = basic_value(header);
	enum http_auth result = HTTP_AUTH_REFUSED;
	char *text, *colon;
	size_t len;

	if (value == NULL)
		return HTTP_AUTH_REFUSED;
	text = base64_decode(value, strlen(value), &len);
	if (text == NULL || !utf8_valid(text, len)) {
		free(text);
		return HTTP_AUTH_MALFORMED;
	}
	colon = strchr(text, ':');
	if (colon != NULL && memchr(text, '\0', len) == NULL) {
		bool user_good, password_good;

		*colon = '\0';
		user_good = http_auth_equal(text, username);
		password_good = password_matches(colon + 1, password);
		if (user_good && password_good)
			result = HTTP_AUTH_OK;
	}
	free(text);
	return result;
}
