/* SPDX-License-Identifier: ISC */
#include "preflight/nginx/nginx_dump.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/xmalloc.h"

#define HEADER	       "# configuration file "
#define FILE_MAX_BYTES (64ul * 1024 * 1024)

struct dump {
	const char *at, *end;
};

/* The name in the line that begins here; NULL if it is no header. */
static char *
take_header(struct dump *dump)
{
	size_t left = (size_t)(dump->end - dump->at);
	const char *stop;
	char *name;

	if (left < strlen(HEADER) ||
	    strncmp(dump->at, HEADER, strlen(HEADER)) != 0)
		return NULL;
	dump->at += strlen(HEADER);
	stop = memmem(dump->at, left - strlen(HEADER), ":\n", 2);
	if (stop == NULL)
		return NULL;
	name = xstrndup(dump->at, (size_t)(stop - dump->at));
	dump->at = stop + 2;
	return name;
}

/* Passes over the file and the end of line behind it. */
static bool
pass_content(struct dump *dump, const char *name)
{
	size_t len = 0;
	char *text = fd_read_file(name, FILE_MAX_BYTES, &len);
	bool same = text != NULL && len < (size_t)(dump->end - dump->at) &&
	    memcmp(text, dump->at, len) == 0 && dump->at[len] == '\n';

	free(text);
	if (same)
		dump->at += len + 1;
	return same;
}

int
nginx_dump_files(const char *text, size_t len, struct strvec *files,
    char **cause)
{
	struct dump dump = { text, text + len };

	while (dump.at < dump.end) {
		char *name = take_header(&dump);

		if (name == NULL)
			return cause_set(cause,
			    "what it printed is not a list of files");
		strvec_push_taken(files, name);
		if (!pass_content(&dump, name))
			return cause_set(cause,
			    "what it printed of %s is not what is in the file",
			    name);
	}
	return 0;
}

/* "12#12: ", which stands before the sentence once a log is open. */
static const char *
skip_process(const char *p)
{
	const char *start = p;

	p += strspn(p, "0123456789");
	if (p == start || *p != '#')
		return start;
	p++;
	p += strspn(p, "0123456789");
	return strncmp(p, ": ", 2) == 0 ? p + 2 : start;
}

/* Cuts " in FILE:LINE" off. */
static char *
cut_place(char *sentence)
{
	char *colon = strrchr(sentence, ':'), *place = NULL, *next;

	if (colon == NULL || colon[1] == '\0' ||
	    colon[1 + strspn(colon + 1, "0123456789")] != '\0')
		return NULL;
	for (next = strstr(sentence, " in /"); next != NULL;
	     next = strstr(next + 1, " in /"))
		place = next;
	if (place == NULL)
		return NULL;
	*place = '\0';
	return xstrdup(place + strlen(" in "));
}

char *
nginx_dump_refusal(const char *text, char **at)
{
	static const char *const levels[] = { "[emerg] ", "[alert] " };
	const char *found = NULL;
	char *sentence;

	*at = NULL;
	for (size_t i = 0; found == NULL && i < 2; i++) {
		found = strstr(text, levels[i]);
		if (found != NULL)
			found = skip_process(found + strlen(levels[i]));
	}
	if (found == NULL)
		return NULL;
	sentence = xstrndup(found, strcspn(found, "\n"));
	*at = cut_place(sentence);
	return sentence;
}
