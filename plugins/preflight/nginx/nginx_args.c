/* SPDX-License-Identifier: ISC */
#include "preflight/nginx/nginx_args.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/xmalloc.h"

/*
 * nginx's own getopt, backwards from a process title.
 */

/* The text up to the next blank; *p moves to the word after it. */
static char *
take_word(const char **p)
{
	size_t len = strcspn(*p, " ");
	char *word = xstrndup(*p, len);

	*p += len;
	*p += strspn(*p, " ");
	return word;
}

static bool
is_option(const char *p)
{
	return p[0] == '-' && p[1] != '\0' &&
	    strchr("?hvVtTqspecg", p[1]) != NULL;
}

/* Words up to the next option. */
static char *
take_words(const char **p)
{
	struct strbuf text;

	strbuf_init(&text);
	do {
		char *word = take_word(p);

		strbuf_addf(&text, "%s%s", text.len == 0 ? "" : " ", word);
		free(word);
	} while (**p != '\0' && !is_option(*p));
	return strbuf_steal(&text);
}

static char **
value_of(struct nginx_args *args, char option)
{
	switch (option) {
	case 'c':
		return &args->conf;
	case 'p':
		return &args->prefix;
	case 'g':
		return &args->globals;
	case 'e':
		return &args->error_log;
	default:
		return NULL;
	}
}

/* One word that begins with "-": letters, the last of which takes a value. */
static void
take_option(const char **p, struct nginx_args *args)
{
	char letter = '-';
	char **value;

	++*p;
	while (**p != '\0' && **p != ' ') {
		letter = *(*p)++;
		if (strchr("cpges", letter) != NULL)
			break;
	}
	*p += strspn(*p, " ");
	if (strchr("cpges", letter) == NULL || **p == '\0')
		return;
	value = value_of(args, letter);
	if (value == NULL) {
		free(take_word(p));
		return;
	}
	free(*value);
	*value = letter == 'g' ? take_words(p) : take_word(p);
}

void
nginx_args_read(const char *title, struct nginx_args *args)
{
	const char *p = title + strspn(title, " ");

	memset(args, 0, sizeof(*args));
	if (*p != '-' && *p != '\0')
		args->binary = take_word(&p);
	while (*p != '\0') {
		if (*p == '-')
			take_option(&p, args);
		else
			free(take_word(&p));
	}
}

void
nginx_args_done(struct nginx_args *args)
{
	free(args->binary);
	free(args->conf);
	free(args->prefix);
	free(args->globals);
	free(args->error_log);
	memset(args, 0, sizeof(*args));
}
