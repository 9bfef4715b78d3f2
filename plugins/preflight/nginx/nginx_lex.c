/* SPDX-License-Identifier: ISC */
#include "preflight/nginx/nginx_lex.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"

/*
 * Words and directives of an nginx configuration, byte for byte as nginx cuts
 * them.  Nothing is interpreted and any bytes are accepted as input; what
 * nginx refuses is refused with the same sentence, because people look for it.
 */

/* nginx reads through a buffer of this size, and a word with what follows it
 * has to fit. */
#define WORD_MAX_BYTES 4096

/* Where nginx_lex_next is in a directive. */
enum place {
	BETWEEN,    /* before a word, or before the directive */
	COMMENT,    /* from "#" to the end of the line */
	IN_WORD,    /* quote tells of which sort */
	AFTER_QUOTE /* behind the closing quote */
};

struct scan {
	enum place place;
	char quote;    /* '"', '\'' or 0 */
	bool escaped;  /* a backslash protects the next byte */
	bool variable; /* "$" was just seen: a brace belongs to the word */
	size_t start;  /* of the word; of the quoted text behind the quote */
	unsigned start_line;
};

void
nginx_lex_init(struct nginx_lex *lex, const char *data, size_t len)
{
	memset(lex, 0, sizeof(*lex));
	lex->data = data;
	lex->len = len;
	lex->line = 1;
}

static void
words_clear(struct nginx_lex *lex)
{
	for (size_t i = 0; i < lex->word_count; i++)
		free(lex->words[i].text);
	lex->word_count = 0;
}

void
nginx_lex_done(struct nginx_lex *lex)
{
	words_clear(lex);
	free(lex->words);
	memset(lex, 0, sizeof(*lex));
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The byte that "\c" stands for, or -1 if the backslash stays. */
static int
unescaped(char c)
{
	switch (c) {
	case '"':
	case '\'':
	case '\\':
		return c;
	case 't':
		return '\t';
	case 'r':
		return '\r';
	case 'n':
		return '\n';
	default:
		return -1;
	}
}

static void
word_add(struct nginx_lex *lex, const char *src, const char *end)
{
	struct nginx_word *word;
	char *dst;

	if (lex->word_count == lex->word_room) {
		lex->word_room = lex->word_room == 0 ? 8 : lex->word_room * 2;
		lex->words = xreallocarray(lex->words, lex->word_room,
		    sizeof(*lex->words));
	}
	word = &lex->words[lex->word_count++];
	word->text = dst = xmalloc((size_t)(end - src) + 1);
	while (src < end) {
		int c = *src == '\\' && src + 1 < end ? unescaped(src[1]) : -1;

		if (c != -1) {
			*dst++ = (char)c;
			src += 2;
		} else
			*dst++ = *src++;
	}
	*dst = '\0';
	word->len = (size_t)(dst - word->text);
}

/* What is told when the text ends inside a word or directive. */
static enum nginx_end
end_of_text(const struct nginx_lex *lex, const struct scan *scan, char **cause)
{
	if (lex->word_count > 0 || scan->place == IN_WORD) {
		cause_set(cause,
		    "unexpected end of file, expecting \";\" or \"}\"");
		return NGINX_END_ERROR;
	}
	return NGINX_END_FILE;
}

static enum nginx_end
too_long(struct nginx_lex *lex, const struct scan *scan, char **cause)
{
	lex->line = scan->start_line;
	if (scan->place == IN_WORD && scan->quote != 0)
		cause_set(cause,
		    "too long parameter, probably missing terminating \"%c\" "
		    "character",
		    scan->quote);
	else
		cause_set(cause, "too long parameter \"%.10s...\" started",
		    lex->data + scan->start);
	return NGINX_END_ERROR;
}

static enum nginx_end
unexpected(char **cause, char c)
{
	cause_set(cause, "unexpected \"%c\"", c);
	return NGINX_END_ERROR;
}

/* The end that a delimiter makes, -1 for any other byte. */
static int
end_of(char c)
{
	if (c == ';')
		return NGINX_END_SIMPLE;
	return c == '{' ? NGINX_END_BLOCK_OPEN : -1;
}

/* The first byte of a word, or what stands between words. */
static int
scan_between(struct nginx_lex *lex, struct scan *scan, char c, char **cause)
{
	scan->start = lex->pos - 1;
	scan->start_line = lex->line;
	if (is_space(c))
		return -1;
	switch (c) {
	case ';':
	case '{':
		return lex->word_count == 0 ? (int)unexpected(cause, c)
					    : end_of(c);
	case '}':
		return lex->word_count != 0 ? (int)unexpected(cause, c)
					    : NGINX_END_BLOCK_CLOSE;
	case '#':
		scan->place = COMMENT;
		return -1;
	case '"':
	case '\'':
		scan->start++;
		scan->quote = c;
		break;
	case '\\':
		scan->escaped = true;
		break;
	case '$':
		scan->variable = true;
		break;
	default:
		break;
	}
	if (lex->word_count == 0)
		lex->first_line = lex->line;
	scan->place = IN_WORD;
	return -1;
}

static int
scan_word(struct nginx_lex *lex, struct scan *scan, char c)
{
	const char *end = lex->data + lex->pos - 1;

	if (c == '{' && scan->variable)
		return -1;
	scan->variable = c == '$';
	if (c == '\\') {
		scan->escaped = true;
		return -1;
	}
	if (scan->quote != 0) {
		if (c != scan->quote)
			return -1;
		scan->quote = 0;
		scan->place = AFTER_QUOTE;
		word_add(lex, lex->data + scan->start, end);
		return -1;
	}
	if (!is_space(c) && end_of(c) == -1)
		return -1;
	scan->place = BETWEEN;
	word_add(lex, lex->data + scan->start, end);
	return end_of(c);
}

static int
scan_after_quote(struct nginx_lex *lex, struct scan *scan, char c, char **cause)
{
	if (end_of(c) != -1)
		return end_of(c);
	if (!is_space(c) && c != ')')
		return (int)unexpected(cause, c);
	scan->place = BETWEEN;
	/* A parenthesis is then the first byte of a word of its own. */
	return c == ')' ? scan_between(lex, scan, c, cause) : -1;
}

/* One byte.  Returns an end, or -1 to go on. */
static int
scan_byte(struct nginx_lex *lex, struct scan *scan, char c, char **cause)
{
	if (c == '\n') {
		lex->line++;
		if (scan->place == COMMENT)
			scan->place = BETWEEN;
	}
	if (scan->place == COMMENT)
		return -1;
	if (scan->escaped) {
		scan->escaped = false;
		return -1;
	}
	if (scan->place == AFTER_QUOTE)
		return scan_after_quote(lex, scan, c, cause);
	if (scan->place == BETWEEN)
		return scan_between(lex, scan, c, cause);
	return scan_word(lex, scan, c);
}

enum nginx_end
nginx_lex_next(struct nginx_lex *lex, char **cause)
{
	struct scan scan = { .place = BETWEEN,
		.start = lex->pos,
		.start_line = lex->line };
	int end;

	words_clear(lex);
	lex->first_line = lex->line;
	for (;;) {
		if (lex->pos == lex->len)
			return end_of_text(lex, &scan, cause);
		if (lex->pos - scan.start == WORD_MAX_BYTES)
			return too_long(lex, &scan, cause);
		end = scan_byte(lex, &scan, lex->data[lex->pos++], cause);
		if (end != -1)
			return (enum nginx_end)end;
	}
}

/*
 * Embedded Lua
 */

/* The level of a long bracket "[==[" at p (0 for "[["), or -1. */
static int
long_bracket(const char *p, const char *end)
{
	int level = 0;

	if (p == end || *p != '[')
		return -1;
	for (p++; p < end && *p == '='; p++)
		level++;
	return p < end && *p == '[' ? level : -1;
}

/* Behind the "]==]" that closes a bracket of this level, or end. */
static const char *
skip_long_bracket(const char *p, const char *end, int level)
{
	p += level + 2;
	while (p < end) {
		int seen = 0;

		if (*p++ != ']')
			continue;
		while (p < end && *p == '=') {
			seen++;
			p++;
		}
		if (seen == level && p < end && *p == ']')
			return p + 1;
	}
	return end;
}

static const char *
skip_lua_string(const char *p, const char *end)
{
	char quote = *p++;

	while (p < end && *p != quote)
		p += *p == '\\' && p + 1 < end ? 2 : 1;
	return p < end ? p + 1 : end;
}

static const char *
skip_lua_comment(const char *p, const char *end)
{
	int level = long_bracket(p + 2, end);

	if (level >= 0)
		return skip_long_bracket(p + 2, end, level);
	while (p < end && *p != '\n')
		p++;
	return p;
}

/* Behind one token; *depth counts braces. */
static const char *
skip_lua_token(const char *p, const char *end, unsigned *depth)
{
	int level;

	if (*p == '"' || *p == '\'')
		return skip_lua_string(p, end);
	if (*p == '-' && p + 1 < end && p[1] == '-')
		return skip_lua_comment(p, end);
	level = long_bracket(p, end);
	if (level >= 0)
		return skip_long_bracket(p, end, level);
	if (*p == '{')
		(*depth)++;
	else if (*p == '}')
		(*depth)--;
	return p + 1;
}

int
nginx_lex_skip_lua(struct nginx_lex *lex, char **cause)
{
	const char *p = lex->data + lex->pos;
	const char *end = lex->data + lex->len;
	unsigned depth = 1;

	while (p < end && depth > 0)
		p = skip_lua_token(p, end, &depth);
	for (; lex->pos < (size_t)(p - lex->data); lex->pos++)
		if (lex->data[lex->pos] == '\n')
			lex->line++;
	if (depth > 0)
		return cause_set(cause, "unexpected end of file in Lua code");
	return 0;
}
