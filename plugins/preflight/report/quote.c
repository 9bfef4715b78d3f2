/* SPDX-License-Identifier: ISC */
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "base/xmalloc.h"

#include "preflight/report/quote.h"

/*
 * One walk over the bytes serves all forms: quote_step tells how long the next
 * character is and whether a reader can be shown it as it is.
 */

struct step {
	size_t len;
	bool control;
	bool valid;
};

static struct step
quote_step(const char *p)
{
	struct step step = { .len = 1 };
	uint32_t code = 0;
	size_t len;

	len = utf8_decode(p, strlen(p), &code);
	if (len == 0)
		return step;
	step.len = len;
	step.valid = true;
	step.control = code < 0x20 || (code >= 0x7f && code < 0xa0) ||
	    code == 0x2028 || code == 0x2029 ||
	    (code >= 0x202a && code <= 0x202e) ||
	    (code >= 0x2066 && code <= 0x2069);
	return step;
}

static void
escape_byte(struct strbuf *buf, unsigned char byte)
{
	static const char named[] = "\a\b\f\n\r\t\v";
	static const char letters[] = "abfnrtv";
	const char *found;

	found = byte == '\0' ? NULL : strchr(named, byte);
	if (found != NULL)
		strbuf_addf(buf, "\\%c", letters[found - named]);
	else
		strbuf_addf(buf, "\\x%02x", byte);
}

void
quote_text(struct strbuf *buf, const char *text)
{
	struct step step;

	for (; *text != '\0'; text += step.len) {
		step = quote_step(text);
		if (step.valid && !step.control) {
			strbuf_add(buf, text, step.len);
			continue;
		}
		for (size_t i = 0; i < step.len; i++)
			escape_byte(buf, (unsigned char)text[i]);
	}
}

char *
quote_replaced(const char *text, bool keep_controls)
{
	struct strbuf buf = STRBUF_INIT;
	struct step step;

	for (; *text != '\0'; text += step.len) {
		step = quote_step(text);
		if (step.valid && (!step.control || keep_controls))
			strbuf_add(&buf, text, step.len);
		else
			strbuf_addstr(&buf, UTF8_REPLACEMENT);
	}
	return strbuf_steal(&buf);
}

static bool
needs_no_quotes(const char *word)
{
	return *word != '\0' &&
	    word[strspn(word,
		"abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789_-+=./:,@%^")] == '\0';
}

/* As $'...' where there is something a terminal must not get, else '...'. */
static void
quote_word(struct strbuf *buf, const char *word)
{
	struct strbuf shown = STRBUF_INIT;
	bool plain;

	if (needs_no_quotes(word)) {
		strbuf_addstr(buf, word);
		return;
	}
	quote_text(&shown, word);
	plain = strcmp(shown.data, word) == 0;
	strbuf_done(&shown);
	strbuf_addstr(buf, plain ? "'" : "$'");
	for (struct step step; *word != '\0'; word += step.len) {
		step = quote_step(word);
		if (*word == '\'')
			strbuf_addstr(buf, plain ? "'\\''" : "\\'");
		else if (*word == '\\' && !plain)
			strbuf_addstr(buf, "\\\\");
		else if (step.valid && !step.control)
			strbuf_add(buf, word, step.len);
		else
			for (size_t i = 0; i < step.len; i++)
				escape_byte(buf, (unsigned char)word[i]);
	}
	strbuf_addch(buf, '\'');
}

void
quote_command(struct strbuf *buf, const struct strvec *words)
{
	for (size_t i = 0; i < words->len; i++) {
		if (i > 0)
			strbuf_addch(buf, ' ');
		quote_word(buf, words->items[i]);
	}
}
