/* SPDX-License-Identifier: ISC */
#ifndef HTTP_HTTP_AUTH_H
#define HTTP_HTTP_AUTH_H

#include <stdbool.h>

enum http_auth {
	HTTP_AUTH_OK,
	HTTP_AUTH_REFUSED,   /* 401 */
	HTTP_AUTH_MALFORMED, /* 400: what follows Basic cannot be decoded */
};

/*
 * Judges an Authorization header (NULL: none was sent) against a user and a
 * password, which may be plain, {SHA}hex, or {CRYPT} and a crypt(3) string.
 * Takes the same time whichever byte differs (contract C4).
 */
enum http_auth http_auth_check(const char *header, const char *username,
    const char *password);

/* Whether two texts are equal, in a time that depends on given alone. */
bool http_auth_equal(const char *given, const char *secret);

#endif
