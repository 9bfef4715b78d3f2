/* SPDX-License-Identifier: ISC */
/*
 * The tokeniser is the one of Python's shlex in POSIX mode with the characters
 * /.+-(): added to those of words.  It stands here and not beside
 * base/shell_words.c because that one splits at blanks only.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/repr.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "base/xmalloc.h"
#include "config/environ.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Bytes of the character at p, and whether words are made of it. */
static size_t
character(const char *p, bool *in_word)
{
	uint32_t code;
	size_t len = utf8_decode(p, strnlen(p, UTF8_MAX), &code);

	if (len <= 1) {
		*in_word = isalnum((unsigned char)*p) ||
		    (*p != '\0' && strchr("_/.+-():", *p) != NULL);
		return 1;
	}
	*in_word = code >= 0xc0 && code <= 0xff && code != 0xd7 && code != 0xf7;
	return len;
}

/* Appends what is quoted from the quote at *p on, and moves behind it. */
static int
read_quoted(const char **p, struct strbuf *token, char **cause)
{
	char quote = *(*p)++;

	for (; **p != quote; (*p)++) {
		if (**p == '\0')
			return cause_set(cause, "No closing quotation");
		if (quote == '"' && **p == '\\') {
			(*p)++;
			if (**p == '\0')
				return cause_set(cause, "No escaped character");
			if (**p != '"' && **p != '\\')
				strbuf_addch(token, '\\');
		}
		strbuf_addch(token, **p);
	}
	(*p)++;
	return 0;
}

/* Appends the character behind the backslash at *p, and moves behind it. */
static int
read_escaped(const char **p, struct strbuf *token, char **cause)
{
	bool in_word;
	size_t len;

	(*p)++;
	if (**p == '\0')
		return cause_set(cause, "No escaped character");
	len = character(*p, &in_word);
	strbuf_add(token, *p, len);
	*p += len;
	return 0;
}

/* One token; *p is at its first character, which is neither blank nor #. */
static int
read_token(const char **p, struct strbuf *token, char **cause)
{
	bool in_word, first = true;
	size_t len;
	int result = 0;

	for (; **p != '\0' && !is_blank(**p) && **p != '#' && result == 0;
	     first = false) {
		if (**p == '"' || **p == '\'') {
			result = read_quoted(p, token, cause);
			continue;
		}
		if (**p == '\\') {
			result = read_escaped(p, token, cause);
			continue;
		}
		len = character(*p, &in_word);
		if (!in_word && !first)
			break;
		strbuf_add(token, *p, len);
		*p += len;
		if (!in_word)
			break;
	}
	return result;
}

static int
tokenize(const char *p, struct strvec *tokens, char **cause)
{
	struct strbuf token = STRBUF_INIT;

	for (;;) {
		while (is_blank(*p))
			p++;
		if (*p == '#') {
			p += strcspn(p, "\n");
			continue;
		}
		if (*p == '\0')
			return 0;
		if (read_token(&p, &token, cause) == -1) {
			strbuf_done(&token);
			return -1;
		}
		strvec_push_taken(tokens, strbuf_steal(&token));
	}
}

/* Whether the tokens are KEY = VALUE with one token between two of these. */
static bool
are_pairs(const struct strvec *tokens)
{
	for (size_t i = 0; i < tokens->len; i += 4) {
		if (i + 2 >= tokens->len ||
		    strcmp(tokens->items[i + 1], "=") != 0)
			return false;
	}
	return true;
}

static void
note_separator(const char *token, struct strvec *notes)
{
	char *shown;

	if (strcmp(token, ",") == 0 || strcmp(token, ";") == 0)
		return;
	shown = repr(token);
	strvec_pushf(notes,
	    "environment has %s where a comma is expected and ignores it; "
	    "values with other characters than letters, digits and _/.+-(): "
	    "need quotes",
	    shown);
	free(shown);
}

static void
set_pair(struct strvec *env, const char *key, const char *value,
    struct strvec *notes)
{
	char *shown;

	if (*key != '\0' && strchr(key, '=') == NULL) {
		strvec_env_set(env, key, value);
		return;
	}
	shown = repr(key);
	strvec_pushf(notes, "environment cannot have a variable named %s",
	    shown);
	free(shown);
}

int
environ_parse(const char *text, struct strvec *env, struct strvec *notes,
    char **cause)
{
	struct strvec tokens = STRVEC_INIT;
	int result = tokenize(text, &tokens, cause);

	if (result == 0 && !are_pairs(&tokens))
		result = cause_set(cause,
		    "Unexpected end of key/value pairs in value '%s'", text);
	for (size_t i = 0; result == 0 && i < tokens.len; i += 4) {
		set_pair(env, tokens.items[i], tokens.items[i + 2], notes);
		if (i + 3 < tokens.len)
			note_separator(tokens.items[i + 3], notes);
	}
	strvec_done(&tokens);
	return result;
}
