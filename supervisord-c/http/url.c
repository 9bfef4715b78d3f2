/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "http/url.h"

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The byte that "%xy" stands for, -1 if it is no escape. */
static int
escape_value(const char *p, size_t len)
{
	int high, low;

	if (len < 3 || p[0] != '%')
		return -1;
	high = hex_value(p[1]);
	low = hex_value(p[2]);
	return high == -1 || low == -1 ? -1 : high * 16 + low;
}

char *
url_decode(const char *text, size_t len, bool plus_is_space, size_t *out_len)
{
	char *out = xmalloc(len + 1);
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		int value = escape_value(text + i, len - i);

		if (value != -1) {
			out[n++] = (char)value;
			i += 2;
		} else if (plus_is_space && text[i] == '+') {
			out[n++] = ' ';
		} else {
			out[n++] = text[i];
		}
	}
	out[n] = '\0';
	*out_len = n;
	return out;
}

void
url_encode(struct strbuf *out, const char *text)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if ((c < 0x80 && isalnum(c)) || strchr("_.-~/", c) != NULL) {
			strbuf_addch(out, *text);
		} else {
			strbuf_addch(out, '%');
			strbuf_addch(out, digits[c >> 4]);
			strbuf_addch(out, digits[c & 15]);
		}
	}
}

/* The value of one "name=value" if it is for the name and not empty. */
static char *
value_of(const char *pair, size_t len, const char *name)
{
	const char *equals = memchr(pair, '=', len);
	size_t name_len, value_len;
	char *got_name, *value = NULL;

	if (equals == NULL)
		return NULL;
	got_name = url_decode(pair, (size_t)(equals - pair), true, &name_len);
	if (strcmp(got_name, name) == 0)
		value = url_decode(equals + 1,
		    len - (size_t)(equals + 1 - pair), true, &value_len);
	free(got_name);
	if (value != NULL && (value_len == 0 || strlen(value) != value_len)) {
		free(value);
		return NULL;
	}
	return value;
}

static char *
find_param(const char *form, size_t len, const char *name, bool want_last)
{
	const char *end = form + len;
	char *found = NULL;

	for (const char *p = form; p < end;) {
		const char *next = memchr(p, '&', (size_t)(end - p));
		char *value;

		if (next == NULL)
			next = end;
		value = value_of(p, (size_t)(next - p), name);
		if (value != NULL) {
			free(found);
			found = value;
			if (!want_last)
				break;
		}
		p = next + 1;
	}
	return found;
}

char *
url_param_first(const char *form, size_t len, const char *name)
{
	return find_param(form, len, name, false);
}

char *
url_param_last(const char *form, size_t len, const char *name)
{
	return find_param(form, len, name, true);
}
