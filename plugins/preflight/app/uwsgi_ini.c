/* SPDX-License-Identifier: ISC */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"

#include "preflight/app/uwsgi_text.h"

/*
 * uwsgi's ini dialect: "=" only, no quotes, no comments behind a value.
 */

#define BLANKS " \t\r"

/* The text without blanks around it; the caller frees. */
static char *
trimmed(const char *start, size_t len)
{
	while (len > 0 && strchr(BLANKS, start[len - 1]) != NULL)
		len--;
	while (len > 0 && strchr(BLANKS, *start) != NULL) {
		start++;
		len--;
	}
	return xstrndup(start, len);
}

/* "[name]": whatever is before the last byte is the name. */
static bool
is_section(const char *line, const char *wanted)
{
	size_t len = strlen(wanted);

	return strncmp(line + 1, wanted, len) == 0 && strlen(line) == len + 2;
}

static void
give_option(const char *line, unsigned number, uwsgi_option_fn *fn, void *arg)
{
	const char *equals = strchr(line, '=');
	char *name, *value;

	if (equals == NULL) {
		fn(arg, line, "1", number);
		return;
	}
	name = trimmed(line, (size_t)(equals - line));
	value = trimmed(equals + 1, strlen(equals + 1));
	if (*name != '\0')
		fn(arg, name, value, number);
	free(name);
	free(value);
}

int
uwsgi_ini_read(const char *text, const char *section, uwsgi_option_fn *fn,
    void *arg)
{
	bool inside = false;

	if (section == NULL)
		section = "uwsgi";
	for (unsigned number = 1; *text != '\0'; number++) {
		size_t len = strcspn(text, "\n");
		char *line = trimmed(text, len);

		if (*line == '[')
			inside = is_section(line, section);
		else if (inside && *line != '\0' && *line != '#' &&
		    *line != ';')
			give_option(line, number, fn, arg);
		free(line);
		text += len + (text[len] == '\n');
	}
	return 0;
}
