/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_NGINX_LEX_H
#define PREFLIGHT_NGINX_LEX_H

#include <stdbool.h>
#include <stddef.h>

/* An argument after unescaping.  text has a NUL after len bytes and may have
 * others inside. */
struct nginx_word {
	char *text;
	size_t len;
};

/* What ended a directive. */
enum nginx_end {
	NGINX_END_ERROR,
	NGINX_END_SIMPLE,      /* ";" */
	NGINX_END_BLOCK_OPEN,  /* "{" after at least one word */
	NGINX_END_BLOCK_CLOSE, /* "}", no words */
	NGINX_END_FILE,	       /* no words */
};

struct nginx_lex {
	const char *data; /* borrowed */
	size_t len;
	size_t pos;
	unsigned line;		  /* of the byte at pos, from 1 */
	struct nginx_word *words; /* of the directive just read */
	size_t word_count;
	unsigned first_line; /* where its first word begins */
	size_t word_room;
};

/* data is borrowed until nginx_lex_done. */
void nginx_lex_init(struct nginx_lex *, const char *data, size_t len);
void nginx_lex_done(struct nginx_lex *);

/*
 * Reads up to the end of the next directive as nginx does (contract P2.1).
 * words holds its arguments, the name first, until the next call.  On
 * NGINX_END_ERROR *cause is nginx's own sentence and line the line it would
 * name; there is no going on after it.
 */
enum nginx_end nginx_lex_next(struct nginx_lex *, char **cause);

/*
 * Skips embedded Lua up to and with the brace that closes it: strings, long
 * brackets and comments are Lua's own (contract P2.9).  Call it after
 * NGINX_END_BLOCK_OPEN.  -1 with *cause if the text ends first.
 */
int nginx_lex_skip_lua(struct nginx_lex *, char **cause);

#endif
