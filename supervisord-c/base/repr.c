/* SPDX-License-Identifier: ISC */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/repr.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "base/xmalloc.h"

static char
pick_quote(const char *text, size_t len)
{
	bool has_single = memchr(text, '\'', len) != NULL;
	bool has_double = memchr(text, '"', len) != NULL;

	return has_single && !has_double ? '"' : '\'';
}

/* What is escaped alike in text and in bytes; false if c is not of it. */
static bool
add_ascii_escape(struct strbuf *out, unsigned char c, char quote)
{
	if (c == (unsigned char)quote || c == '\\')
		strbuf_addf(out, "\\%c", c);
	else if (c == '\n')
		strbuf_addstr(out, "\\n");
	else if (c == '\r')
		strbuf_addstr(out, "\\r");
	else if (c == '\t')
		strbuf_addstr(out, "\\t");
	else if (c < 0x20 || c == 0x7f)
		strbuf_addf(out, "\\x%02x", c);
	else if (c < 0x7f)
		strbuf_addch(out, (char)c);
	else
		return false;
	return true;
}

static void
add_code(struct strbuf *out, const char *bytes, size_t len, uint32_t code)
{
	if (utf8_is_printable(code))
		strbuf_add(out, bytes, len);
	else if (code < 0x100)
		strbuf_addf(out, "\\x%02x", code);
	else if (code < 0x10000)
		strbuf_addf(out, "\\u%04x", code);
	else
		strbuf_addf(out, "\\U%08x", code);
}

char *
repr_len(const char *text, size_t len)
{
	struct strbuf out = STRBUF_INIT;
	char quote = pick_quote(text, len);
	uint32_t code;
	size_t n;

	strbuf_addch(&out, quote);
	for (size_t i = 0; i < len; i += n) {
		n = 1;
		if (add_ascii_escape(&out, (unsigned char)text[i], quote))
			continue;
		n = utf8_decode(text + i, len - i, &code);
		if (n > 0) {
			add_code(&out, text + i, n, code);
			continue;
		}
		strbuf_addf(&out, "\\x%02x", (unsigned char)text[i]);
		n = 1;
	}
	strbuf_addch(&out, quote);
	return strbuf_steal(&out);
}

char *
repr(const char *text)
{
	return repr_len(text, strlen(text));
}

char *
repr_bytes(const void *data, size_t len)
{
	const unsigned char *p = data;
	struct strbuf out = STRBUF_INIT;
	char quote = pick_quote(data, len);

	strbuf_addf(&out, "b%c", quote);
	for (size_t i = 0; i < len; i++) {
		if (!add_ascii_escape(&out, p[i], quote))
			strbuf_addf(&out, "\\x%02x", p[i]);
	}
	strbuf_addch(&out, quote);
	return strbuf_steal(&out);
}

char *
repr_list(char *const *items)
{
	struct strbuf out = STRBUF_INIT;
	char *shown;

	strbuf_addch(&out, '[');
	for (size_t i = 0; items != NULL && items[i] != NULL; i++) {
		shown = repr(items[i]);
		strbuf_addf(&out, "%s%s", i > 0 ? ", " : "", shown);
		free(shown);
	}
	strbuf_addch(&out, ']');
	return strbuf_steal(&out);
}
