/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/xmalloc.h"

#include "preflight/app/gunicorn_conf.h"
#include "preflight/app/server_settings.h"

/*
 * A reader of the one kind of Python statement that matters here: a name at
 * the left margin, "=", and a literal string, number or list of strings.
 * Strings and comments anywhere else are skipped as Python does, so that an
 * assignment inside a docstring is not taken for one.  A name that is assigned
 * in an indented line (if, try, def) depends on code: undecided.
 */

struct reader {
	const char *p;
	unsigned int line;
	const char *name;
	struct server_settings *settings;
};

/* clang-format off */
static const struct {
	const char *name;
	enum server_key key;
} names[] = {
	{ "bind",	SERVER_KEY_BIND },
	{ "umask",	SERVER_KEY_UMASK },
	{ "user",	SERVER_KEY_USER },
	{ "group",	SERVER_KEY_GROUP },
	{ "chdir",	SERVER_KEY_CHDIR },
};
/* clang-format on */

static void
skip_blanks(struct reader *reader)
{
	while (*reader->p == ' ' || *reader->p == '\t' || *reader->p == '\r')
		reader->p++;
}

static void
skip_comment(struct reader *reader)
{
	if (*reader->p == '#')
		reader->p += strcspn(reader->p, "\n");
}

static bool
is_triple(const char *p)
{
	return p[0] == p[1] && p[0] == p[2];
}

/* Passes over a string that begins at p, prefix taken off already.  With out
 * its contents are kept; false if it does not end or has escapes that need
 * Python to understand. */
static bool
take_string(struct reader *reader, bool raw, struct strbuf *out)
{
	char quote = *reader->p;
	size_t quotes = is_triple(reader->p) ? 3 : 1;
	bool plain = true;

	for (reader->p += quotes; *reader->p != '\0'; reader->p++) {
		if (*reader->p == quote &&
		    (quotes == 1 || is_triple(reader->p))) {
			reader->p += quotes;
			return plain;
		}
		if (*reader->p == '\n') {
			if (quotes == 1)
				return false;
			reader->line++;
		}
		if (*reader->p == '\\' && reader->p[1] != '\0') {
			if (!raw && strchr("\\'\"", reader->p[1]) == NULL)
				plain = false;
			if (raw && out != NULL)
				strbuf_addch(out, '\\');
			reader->p++;
			if (*reader->p == '\n')
				reader->line++;
		}
		if (out != NULL)
			strbuf_addch(out, *reader->p);
	}
	return false;
}

/* A literal string with its prefix; f-strings are code. */
static bool
take_literal_string(struct reader *reader, struct strbuf *out)
{
	bool raw = false;

	while (isalpha((unsigned char)*reader->p)) {
		if (strchr("rRuU", *reader->p) == NULL)
			return false;
		raw = raw || *reader->p == 'r' || *reader->p == 'R';
		reader->p++;
	}
	if (*reader->p != '"' && *reader->p != '\'')
		return false;
	return take_string(reader, raw, out);
}

static bool
take_number(struct reader *reader, struct strbuf *out)
{
	while (isalnum((unsigned char)*reader->p) || *reader->p == '_') {
		if (*reader->p != '_')
			strbuf_addch(out, *reader->p);
		reader->p++;
	}
	return out->len > 0;
}

/* Nothing but a comment may follow a literal: "a" + b is code. */
static bool
ends_here(struct reader *reader)
{
	skip_blanks(reader);
	skip_comment(reader);
	return *reader->p == '\n' || *reader->p == '\0' || *reader->p == ';';
}

static void
skip_space_in_brackets(struct reader *reader)
{
	for (;;) {
		skip_blanks(reader);
		skip_comment(reader);
		if (*reader->p != '\n')
			return;
		reader->line++;
		reader->p++;
	}
}

/* ["a", 'b'] or ("a", "b"). */
static bool
take_list(struct reader *reader, struct strvec *values)
{
	char close = *reader->p == '[' ? ']' : ')';
	struct strbuf one = STRBUF_INIT;

	reader->p++;
	for (;;) {
		skip_space_in_brackets(reader);
		if (*reader->p == close) {
			reader->p++;
			return values->len > 0;
		}
		if (!take_literal_string(reader, &one)) {
			strbuf_done(&one);
			return false;
		}
		strvec_push_taken(values, strbuf_steal(&one));
		skip_space_in_brackets(reader);
		if (*reader->p == ',')
			reader->p++;
		else if (*reader->p != close)
			return false;
	}
}

static bool
take_value(struct reader *reader, struct strvec *values)
{
	struct strbuf one = STRBUF_INIT;
	bool taken;

	if (*reader->p == '[' || *reader->p == '(')
		return take_list(reader, values) && ends_here(reader);
	if (isdigit((unsigned char)*reader->p))
		taken = take_number(reader, &one);
	else
		taken = take_literal_string(reader, &one);
	if (taken && ends_here(reader))
		strvec_push_taken(values, strbuf_steal(&one));
	strbuf_done(&one);
	return values->len > 0;
}

/* Goes to the end of the statement ("\n" or ";"), past strings and brackets.
 */
static void
skip_statement(struct reader *reader)
{
	int depth = 0;

	while (*reader->p != '\0') {
		char c = *reader->p;

		if (c == '"' || c == '\'') {
			take_string(reader, false, NULL);
			continue;
		}
		skip_comment(reader);
		c = *reader->p;
		if ((c == '\n' || c == ';') && depth <= 0)
			return;
		if (c == '\n' || (c == '\\' && reader->p[1] == '\n'))
			reader->line++;
		if (strchr("([{", c) != NULL && c != '\0')
			depth++;
		if (strchr(")]}", c) != NULL && c != '\0')
			depth--;
		if (c == '\\' && reader->p[1] != '\0')
			reader->p++;
		if (*reader->p != '\0')
			reader->p++;
	}
}

static void
note_undecided(const struct reader *reader, const char *name, unsigned int line)
{
	strvec_pushf(&reader->settings->undecided, "%s (%s:%u)", name,
	    reader->name, line);
}

/* The last assignment counts, also over one that could not be read. */
static void
forget(struct reader *reader, const char *name)
{
	struct strvec *notes = &reader->settings->undecided;
	size_t len = strlen(name);

	for (size_t i = notes->len; i-- > 0;) {
		if (strncmp(notes->items[i], name, len) == 0 &&
		    notes->items[i][len] == ' ')
			strvec_remove(notes, i);
	}
	if (strcmp(name, "bind") == 0)
		strvec_done(&reader->settings->binds);
}

static void
read_assignment(struct reader *reader, size_t index, bool indented)
{
	struct strvec values = STRVEC_INIT;
	unsigned int line = reader->line;
	const char *name = names[index].name;
	bool list;

	skip_blanks(reader);
	if (!indented)
		forget(reader, name);
	/* Only bind can be several. */
	list = (*reader->p == '[' || *reader->p == '(') &&
	    names[index].key != SERVER_KEY_BIND;
	if (!take_value(reader, &values) || indented || list)
		note_undecided(reader, name, line);
	else
		for (size_t i = 0; i < values.len; i++)
			server_settings_set(reader->settings, names[index].key,
			    values.items[i], reader->name);
	strvec_done(&values);
}

/* The index of the name at p; *after is behind it and the blanks that follow.
 * -1 if it is none of ours. */
static int
find_name(const char *p, const char **after)
{
	size_t len = strspn(p,
	    "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i].name) != len ||
		    strncmp(p, names[i].name, len) != 0)
			continue;
		*after = p + len + strspn(p + len, " \t");
		return (int)i;
	}
	return -1;
}

/* Whether what stands behind a name changes it in a way that takes Python to
 * follow: bind += [...], bind.append(...). */
static bool
is_changed(const char *p)
{
	return *p == '.' || *p == '[' ||
	    (*p != '\0' && strchr("+-*|", *p) != NULL && p[1] == '=');
}

/* "bind, umask = x": every name in front of the "=" depends on x. */
static void
note_tuple(const struct reader *reader, const char *p)
{
	const char *after;

	for (; *p != '\0' && *p != '=' && *p != '\n'; p++) {
		int index = find_name(p, &after);

		if (index == -1)
			continue;
		note_undecided(reader, names[index].name, reader->line);
		p = after - 1;
	}
}

/* The index of the setting that is assigned to at p, which then stands behind
 * the "="; -1 if none is. */
static int
take_target(struct reader *reader)
{
	const char *p;
	int index = find_name(reader->p, &p);

	if (index == -1 || *p == '\0')
		return -1;
	if (*p == ':' && p[1] != '=') /* bind: str = "..." */
		p += strcspn(p, "=\n#");
	if (p[0] == '=' && p[1] != '=') {
		reader->p = p + 1;
		return index;
	}
	if (*p == ',')
		note_tuple(reader, reader->p);
	else if (is_changed(p))
		note_undecided(reader, names[index].name, reader->line);
	return -1;
}

/* "from base import *" may bring anything along. */
static bool
imports_all(const char *p)
{
	size_t len = strcspn(p, ";#\n");

	while (len > 0 && strchr(" \t\r", p[len - 1]) != NULL)
		len--;
	return strncmp(p, "from", 4) == 0 && len > 5 && p[len - 1] == '*';
}

void
gunicorn_conf_read(const char *text, const char *name,
    struct server_settings *settings)
{
	struct reader reader = { text, 1, name, settings };
	bool indented = false;
	int target;

	if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
		reader.p += 3;
	while (*reader.p != '\0') {
		if (reader.p == text || reader.p[-1] == '\n')
			indented = *reader.p == ' ' || *reader.p == '\t';
		skip_blanks(&reader);
		if (imports_all(reader.p))
			for (size_t i = 0; i < sizeof(names) / sizeof(names[0]);
			     i++) {
				forget(&reader, names[i].name);
				note_undecided(&reader, names[i].name,
				    reader.line);
			}
		target = take_target(&reader);
		if (target != -1)
			read_assignment(&reader, (size_t)target, indented);
		skip_statement(&reader);
		if (*reader.p == '\n')
			reader.line++;
		if (*reader.p != '\0')
			reader.p++;
	}
}
