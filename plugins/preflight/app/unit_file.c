/* SPDX-License-Identifier: ISC */
#include "preflight/app/unit_file.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "base/strbuf.h"
#include "base/xmalloc.h"

#define BLANKS " \t\r\n"

/*
 * Lines
 */

static bool
is_comment(const char *line)
{
	line += strspn(line, BLANKS);
	return *line == '#' || *line == ';';
}

/* The next line, with those that a backslash joins to it and without the
 * comments between them; false at the end. */
static bool
next_line(const char **p, struct strbuf *line)
{
	bool goes_on = true;

	strbuf_clear(line);
	while (goes_on && **p != '\0') {
		size_t len = strcspn(*p, "\n");
		const char *start = *p;

		*p += len + ((*p)[len] != '\0');
		if (is_comment(start)) {
			goes_on = line->len > 0;
			continue;
		}
		goes_on = len > 0 && start[len - 1] == '\\';
		strbuf_add(line, start, goes_on ? len - 1 : len);
		if (goes_on)
			strbuf_addch(line, ' ');
	}
	return line->len > 0 || **p != '\0';
}

/* "NAME = VALUE", without the blanks around both; the caller frees them. */
static bool
split_assignment(const char *line, char **name, char **value)
{
	const char *equals = strchr(line, '=');
	char *left;

	if (equals == NULL)
		return false;
	left = xstrndup(line, (size_t)(equals - line));
	*name = parse_stripped(left);
	*value = parse_stripped(equals + 1);
	free(left);
	return true;
}

/*
 * Words
 */

static int
hex_digit(char c)
{
	if (!isxdigit((unsigned char)c))
		return -1;
	return isdigit((unsigned char)c) ? c - '0'
					 : tolower((unsigned char)c) - 'a' + 10;
}

/* What stands behind a backslash; *p is behind it then. */
static void
add_escaped(const char **p, struct strbuf *word)
{
	static const char names[] = "abfnrtvs", bytes[] = "\a\b\f\n\r\t\v ";
	const char *name = **p == '\0' ? NULL : strchr(names, **p);

	if (name != NULL) {
		strbuf_addch(word, bytes[name - names]);
		++*p;
	} else if (**p == 'x' && hex_digit((*p)[1]) != -1 &&
	    hex_digit((*p)[2]) != -1) {
		strbuf_addch(word,
		    (char)(hex_digit((*p)[1]) << 4 | hex_digit((*p)[2])));
		*p += 3;
	} else if (**p != '\0') {
		strbuf_addch(word, *(*p)++);
	}
}

/* Without its quotes and escapes; NULL at the end. */
static char *
next_word(const char **p)
{
	struct strbuf word;
	char quote = '\0';

	*p += strspn(*p, BLANKS);
	if (**p == '\0')
		return NULL;
	strbuf_init(&word);
	while (**p != '\0' && (quote != '\0' || strchr(BLANKS, **p) == NULL)) {
		char c = *(*p)++;

		if (c == '\\')
			add_escaped(p, &word);
		else if (c == quote)
			quote = '\0';
		else if (quote == '\0' && (c == '"' || c == '\''))
			quote = c;
		else
			strbuf_addch(&word, c);
	}
	return strbuf_steal(&word);
}

static void
set_variable(struct strvec *environment, const char *assignment)
{
	const char *equals = strchr(assignment, '=');
	char *name;

	if (equals == NULL || equals == assignment)
		return;
	name = xstrndup(assignment, (size_t)(equals - assignment));
	strvec_env_set(environment, name, equals + 1);
	free(name);
}

/*
 * Units
 */

static void
add_environment(struct strvec *environment, const char *value)
{
	char *word;

	while ((word = next_word(&value)) != NULL) {
		set_variable(environment, word);
		free(word);
	}
}

static void
add_words(struct strvec *words, const char *value)
{
	char *word;

	while ((word = next_word(&value)) != NULL)
		strvec_push_taken(words, word);
}

static void
add_line(struct strvec *lines, const char *value)
{
	strvec_push(lines, value);
}

/* Options that add up; an empty value takes all back. */
static const struct {
	const char *name;
	size_t offset;
	void (*add)(struct strvec *, const char *);
} lists[] = {
	{ "ExecStart", offsetof(struct unit_service, starts), add_line },
	{ "Environment", offsetof(struct unit_service, environment),
	    add_environment },
	{ "EnvironmentFile", offsetof(struct unit_service, env_files),
	    add_line },
	{ "SupplementaryGroups", offsetof(struct unit_service, groups),
	    add_words },
};

static void
set_text(char **text, const char *value)
{
	free(*text);
	*text = *value == '\0' ? NULL : xstrdup(value);
}

static void
set_option(struct unit_service *service, const char *name, const char *value)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct strvec *list =
		    (struct strvec *)((char *)service + lists[i].offset);

		if (strcmp(name, lists[i].name) != 0)
			continue;
		if (*value == '\0')
			strvec_done(list);
		else
			lists[i].add(list, value);
	}
	if (strcmp(name, "User") == 0)
		set_text(&service->user, value);
	else if (strcmp(name, "Group") == 0)
		set_text(&service->group, value);
}

void
unit_file_read(const char *text, struct unit_service *service)
{
	struct strbuf buffer;
	bool is_service = false;

	strbuf_init(&buffer);
	while (next_line(&text, &buffer)) {
		char *line = parse_stripped(buffer.data), *name, *value;

		if (*line == '[') {
			is_service = strcmp(line, "[Service]") == 0;
		} else if (is_service &&
		    split_assignment(line, &name, &value)) {
			set_option(service, name, value);
			free(name);
			free(value);
		}
		free(line);
	}
	strbuf_done(&buffer);
}

void
unit_service_done(struct unit_service *service)
{
	strvec_done(&service->starts);
	strvec_done(&service->environment);
	strvec_done(&service->env_files);
	strvec_done(&service->groups);
	free(service->user);
	free(service->group);
	service->user = service->group = NULL;
}

/* Quotes at its beginning are taken off, blanks inside of it stay. */
static char *
env_value(const char *text)
{
	char *word = next_word(&text);
	char *value = xasprintf("%s%s", word == NULL ? "" : word, text);

	free(word);
	return value;
}

void
unit_env_read(const char *text, struct strvec *environment)
{
	struct strbuf buffer;

	strbuf_init(&buffer);
	while (next_line(&text, &buffer)) {
		char *name, *text_value, *value;

		if (!split_assignment(buffer.data, &name, &text_value))
			continue;
		value = env_value(text_value);
		strvec_env_set(environment, name, value);
		free(name);
		free(text_value);
		free(value);
	}
	strbuf_done(&buffer);
}

/*
 * Commands
 */

/* $NAME or ${NAME} at *p, behind the dollar; *p is behind it then. */
static char *
take_name(const char **p)
{
	bool braced = **p == '{';
	const char *start = *p + braced;
	size_t len = 0;

	while (start[len] == '_' || isalnum((unsigned char)start[len]))
		len++;
	if (len == 0 || (braced && start[len] != '}'))
		return NULL;
	*p = start + len + braced;
	return xstrndup(start, len);
}

static char *
expand(const char *word, const struct strvec *environment)
{
	struct strbuf out;

	strbuf_init(&out);
	while (*word != '\0') {
		char c = *word++, *name;
		const char *value;

		if ((c == '$' || c == '%') && *word == c) {
			strbuf_addch(&out, *word++);
			continue;
		}
		name = c == '$' ? take_name(&word) : NULL;
		if (name == NULL) {
			strbuf_addch(&out, c);
			continue;
		}
		value = strvec_env_get(environment, name);
		strbuf_addstr(&out, value == NULL ? "" : value);
		free(name);
	}
	return strbuf_steal(&out);
}

void
unit_command_split(const char *line, const struct strvec *environment,
    struct strvec *words)
{
	bool named = false;
	char *word;

	for (; *line != '\0' && strchr("@-:+!|", *line) != NULL; line++)
		named |= *line == '@';
	while ((word = next_word(&line)) != NULL && strcmp(word, ";") != 0) {
		char *expanded = expand(word, environment);

		/* A variable that is all of a word may stand for none. */
		if (*expanded != '\0' || *word == '\0')
			strvec_push(words, expanded);
		free(expanded);
		free(word);
	}
	free(word);
	/* "@": the name the program is given, which is not an argument. */
	if (named && words->len > 1)
		strvec_remove(words, 1);
}
