/* SPDX-License-Identifier: ISC */
/*
 * The getopt of Supervisor's programs.  getopt_long(3) is not used because the
 * texts of its errors differ and because it prints them itself.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cmdline.h"
#include "base/repr.h"
#include "base/utf8.h"
#include "base/xmalloc.h"

/* What is read at the moment. */
struct parser {
	const struct cmdline_option *options;
	char *const *next; /* the word after the one that is read */
	struct cmdline *out;
	bool ended;
	char **cause;
};

static void
add_item(struct parser *p, const struct cmdline_option *option, char *spelling,
    const char *value)
{
	struct cmdline *out = p->out;

	out->items =
	    xreallocarray(out->items, out->count + 1, sizeof(*out->items));
	out->items[out->count++] = (struct cmdline_item){
		.id = option->id,
		.spelling = spelling,
		.value = value,
	};
	p->ended = option->ends;
}

static const struct cmdline_option *
find_short(const struct cmdline_option *options, char name)
{
	for (; options->id != 0; options++) {
		if (options->short_name == name)
			return options;
	}
	return NULL;
}

static int
unknown_short(struct parser *p, const char *name)
{
	uint32_t code;
	size_t len = utf8_decode(name, strlen(name), &code);

	return cause_set(p->cause, "option -%.*s not recognized",
	    len > 0 ? (int)len : 1, name);
}

/* A bundle without its dash: "nt", "efoo". */
static int
parse_short(struct parser *p, const char *bundle)
{
	const struct cmdline_option *option;
	const char *value;

	while (*bundle != '\0' && !p->ended) {
		option = find_short(p->options, *bundle);
		if (option == NULL)
			return unknown_short(p, bundle);
		bundle++;
		value = NULL;
		if (option->takes_value) {
			value = *bundle != '\0' ? bundle : *p->next;
			if (value == NULL)
				return cause_set(p->cause,
				    "option -%c requires argument",
				    option->short_name);
			if (value == *p->next)
				p->next++;
			bundle = "";
		}
		add_item(p, option, xasprintf("-%c", option->short_name),
		    value);
	}
	return 0;
}

/* The option of this name, or the only one of its kind that begins with it. */
static const struct cmdline_option *
find_by_prefix(const struct cmdline_option *options, const char *name,
    size_t len, bool addition, size_t *matches)
{
	const struct cmdline_option *found = NULL;

	*matches = 0;
	for (; options->id != 0; options++) {
		if (options->long_name == NULL ||
		    strncmp(options->long_name, name, len) != 0)
			continue;
		if (options->long_name[len] == '\0') {
			*matches = 1;
			return options;
		}
		if (options->addition != addition)
			continue;
		found = options;
		(*matches)++;
	}
	return found;
}

static const struct cmdline_option *
find_long(struct parser *p, const char *name, size_t len)
{
	const struct cmdline_option *found;
	size_t matches;

	found = find_by_prefix(p->options, name, len, false, &matches);
	if (matches == 0)
		found = find_by_prefix(p->options, name, len, true, &matches);
	if (matches == 1)
		return found;
	cause_set(p->cause,
	    matches == 0 ? "option --%.*s not recognized"
			 : "option --%.*s not a unique prefix",
	    (int)len, name);
	return NULL;
}

/* A long option without its dashes: "logfile=x". */
static int
parse_long(struct parser *p, const char *text)
{
	size_t len = strcspn(text, "=");
	const char *value = text[len] == '=' ? text + len + 1 : NULL;
	const struct cmdline_option *option = find_long(p, text, len);

	if (option == NULL)
		return -1;
	if (!option->takes_value && value != NULL)
		return cause_set(p->cause,
		    "option --%s must not have an argument", option->long_name);
	if (option->takes_value && value == NULL) {
		if (*p->next == NULL)
			return cause_set(p->cause,
			    "option --%s requires argument", option->long_name);
		value = *p->next++;
	}
	add_item(p, option, xasprintf("--%s", option->long_name), value);
	return 0;
}

static int
parse_words(struct parser *p)
{
	const char *word;
	int result = 0;

	while (result == 0 && !p->ended) {
		word = *p->next;
		if (word == NULL || word[0] != '-' || word[1] == '\0')
			break;
		p->next++;
		if (strcmp(word, "--") == 0)
			break;
		if (word[1] == '-')
			result = parse_long(p, word + 2);
		else
			result = parse_short(p, word + 1);
	}
	return result;
}

int
cmdline_parse(const struct cmdline_option *options, char *const argv[],
    struct cmdline *out, char **cause)
{
	struct cmdline result = { .items = NULL };
	struct parser parser = {
		.options = options,
		.next = argv[0] == NULL ? argv : argv + 1,
		.out = &result,
		.cause = cause,
	};

	if (parse_words(&parser) == -1) {
		cmdline_done(&result);
		return -1;
	}
	result.words = parser.next;
	*out = result;
	return 0;
}

void
cmdline_done(struct cmdline *cmdline)
{
	for (size_t i = 0; i < cmdline->count; i++)
		free(cmdline->items[i].spelling);
	free(cmdline->items);
	*cmdline = (struct cmdline){ .items = NULL };
}

int
cmdline_check_once(const struct cmdline *cmdline, size_t index, char **cause)
{
	const struct cmdline_item *item = &cmdline->items[index];
	char *shown;

	for (size_t i = 0; i < index; i++) {
		if (cmdline->items[i].id != item->id)
			continue;
		shown = repr(item->spelling);
		cause_set(cause, "conflicting command line option %s", shown);
		free(shown);
		return -1;
	}
	return 0;
}

int
cmdline_refuse(const struct cmdline_item *item, const char *reason,
    char **cause)
{
	char *shown = repr(item->value);

	cause_set(cause, "invalid value for %s %s: %s", item->spelling, shown,
	    reason);
	free(shown);
	return -1;
}
