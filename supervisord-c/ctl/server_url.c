/* SPDX-License-Identifier: ISC */
/*
 * Server URLs (contract C6.2).  Pure: nothing is looked up and nothing opened.
 * Credentials and IPv6 literals are ours; Supervisor's client drops the first
 * and cannot follow logs on the second.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/parse.h"
#include "base/strbuf.h"
#include "base/xmalloc.h"
#include "ctl/server_url.h"

static const char unix_scheme[] = "unix://";
static const char http_scheme[] = "http://";

static bool
has_scheme(const char *text, const char *scheme)
{
	return strncasecmp(text, scheme, strlen(scheme)) == 0;
}

bool
server_url_is_known(const char *text)
{
	return has_scheme(text, unix_scheme) || has_scheme(text, http_scheme);
}

bool
server_url_is_https(const char *text)
{
	return has_scheme(text, "https:");
}

static int
hex_digit(char c)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	const char *found = c == '\0' ? NULL : strchr(digits, c);
	int digit = found == NULL ? -1 : (int)(found - digits);

	return digit < 16 ? digit : digit - 6;
}

/* The len bytes with %XX decoded; anything else stays as it is. */
static char *
percent_decoded(const char *text, size_t len)
{
	struct strbuf out = STRBUF_INIT;

	for (size_t i = 0; i < len; i++) {
		int high = -1, low = -1;

		if (text[i] == '%' && i + 2 < len) {
			high = hex_digit(text[i + 1]);
			low = hex_digit(text[i + 2]);
		}
		if (high >= 0 && low >= 0) {
			strbuf_addch(&out, (char)(high * 16 + low));
			i += 2;
		} else {
			strbuf_addch(&out, text[i]);
		}
	}
	return strbuf_steal(&out);
}

static void
take_credentials(struct server_url *url, const char *text, size_t len)
{
	const char *colon = memchr(text, ':', len);
	size_t name_len = colon != NULL ? (size_t)(colon - text) : len;

	url->username = percent_decoded(text, name_len);
	url->password = colon == NULL
	    ? xstrdup("")
	    : percent_decoded(colon + 1, len - name_len - 1);
}

static int
take_port(struct server_url *url, const char *text, char **cause)
{
	long long port;

	if (*text == '\0') {
		url->port = xstrdup("80");
		return 0;
	}
	if (strspn(text, "0123456789") != strlen(text) ||
	    parse_int(text, &port, NULL) == -1 || port > 65535)
		return cause_set(cause, "bad port '%s' in the server URL",
		    text);
	url->port = xasprintf("%lld", port);
	return 0;
}

/* "host", "host:port", "[::1]" or "[::1]:port". */
static int
take_address(struct server_url *url, const char *text, char **cause)
{
	const char *end;

	if (*text == '[') {
		end = strchr(text, ']');
		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			return cause_set(cause,
			    "bad address '%s' in the server URL", text);
		url->host = xstrndup(text + 1, (size_t)(end - text) - 1);
		end++;
	} else {
		end = text + strcspn(text, ":");
		url->host = xstrndup(text, (size_t)(end - text));
	}
	if (*url->host == '\0')
		return cause_set(cause, "the server URL names no host");
	return take_port(url, *end == ':' ? end + 1 : end, cause);
}

static int
take_http(struct server_url *url, const char *rest, char **cause)
{
	size_t len = strcspn(rest, "/?#");
	char *authority = xstrndup(rest, len);
	char *at = strrchr(authority, '@');
	const char *address = at == NULL ? authority : at + 1;
	int result;

	if (at != NULL)
		take_credentials(url, authority, (size_t)(at - authority));
	url->text = xasprintf("%s%s%s", http_scheme, address, rest + len);
	result = take_address(url, address, cause);
	free(authority);
	return result;
}

static int
take_unix(struct server_url *url, const char *rest, char **cause)
{
	url->text = xasprintf("%s%s", unix_scheme, rest);
	url->path = xstrdup(rest);
	if (*rest == '\0')
		return cause_set(cause, "the server URL names no socket");
	return 0;
}

int
server_url_parse(const char *text, struct server_url *out, char **cause)
{
	struct server_url url = { .text = NULL };
	int result;

	if (has_scheme(text, unix_scheme))
		result = take_unix(&url, text + strlen(unix_scheme), cause);
	else if (has_scheme(text, http_scheme))
		result = take_http(&url, text + strlen(http_scheme), cause);
	else
		result = cause_set(cause,
		    "Unknown protocol for serverurl %s: it must begin with "
		    "unix:// or http://",
		    text);
	if (result == -1)
		server_url_done(&url);
	else
		*out = url;
	return result;
}

void
server_url_done(struct server_url *url)
{
	free(url->text);
	free(url->path);
	free(url->host);
	free(url->port);
	free(url->username);
	free(url->password);
	*url = (struct server_url){ .text = NULL };
}
