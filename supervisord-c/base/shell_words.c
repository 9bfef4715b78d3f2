/* SPDX-License-Identifier: ISC */
#include <stdbool.h>
#include <string.h>

#include "base/shell_words.h"
#include "base/strbuf.h"
#include "base/xmalloc.h"

/*
 * A line to words.  One word is read by word_read, its quoted parts by
 * quoted_read; both leave *p at what they did not take.
 */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* *p stands behind the opening quote.  In "..." only \" and \\ are escapes. */
static int
quoted_read(const char **p, char quote, struct strbuf *word, char **cause)
{
	for (; **p != '\0'; (*p)++) {
		if (**p == quote) {
			(*p)++;
			return 0;
		}
		if (quote == '"' && **p == '\\') {
			(*p)++;
			if (**p == '\0')
				return cause_set(cause, "No escaped character");
			if (**p != '"' && **p != '\\')
				strbuf_addch(word, '\\');
		}
		strbuf_addch(word, **p);
	}
	return cause_set(cause, "No closing quotation");
}

static int
word_read(const char **p, struct strbuf *word, char **cause)
{
	char quote;

	while (**p != '\0' && !is_blank(**p)) {
		if (**p == '\'' || **p == '"') {
			quote = *(*p)++;
			if (quoted_read(p, quote, word, cause) == -1)
				return -1;
			continue;
		}
		if (**p == '\\' && *++(*p) == '\0')
			return cause_set(cause, "No escaped character");
		strbuf_addch(word, *(*p)++);
	}
	return 0;
}

int
shell_words_split(const char *line, struct strvec *words, char **cause)
{
	struct strbuf word = STRBUF_INIT;
	struct strvec found = STRVEC_INIT;
	int failed = 0;

	for (;;) {
		while (is_blank(*line))
			line++;
		if (*line == '\0')
			break;
		failed = word_read(&line, &word, cause);
		if (failed)
			break;
		strvec_push_taken(&found, strbuf_steal(&word));
	}
	strbuf_done(&word);
	for (size_t i = 0; !failed && i < found.len; i++)
		strvec_push(words, found.items[i]);
	strvec_done(&found);
	return failed;
}
