/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "preflight/app/server_options.h"

/*
 * Python's argparse and click, and uwsgi's getopt_long, agree on the forms:
 * "--name value", "--name=value", "-x value", "-xvalue".
 */

/* How the word gives the option: the value inside of it, "" if the next word
 * is the value; NULL if it is another option. */
static const char *
match(const struct server_option *option, const char *word)
{
	size_t len = strlen(option->name);

	if (strncmp(word, option->name, len) != 0)
		return NULL;
	if (word[len] == '\0')
		return "";
	if (option->name[1] == '-')
		return word[len] == '=' ? word + len + 1 : NULL;
	return word[len] == '=' ? word + len + 1 : word + len;
}

/* uwsgi takes "app.ini" as a word of its own: the option it stands for. */
static const struct server_option *
match_file(const struct server *server, const char *word)
{
	static const struct {
		const char *end, *option;
	} files[] = {
		{ ".ini", "--ini" },
		{ ".xml", "--xml" },
		{ ".yml", "--yml" },
		{ ".yaml", "--yaml" },
		{ ".json", "--json" },
		{ ".js", "--js" },
	};
	const struct server_option *option;
	size_t len = strlen(word);

	if (!server->takes_files || word[0] == '-')
		return NULL;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		size_t end = strlen(files[i].end);

		if (len <= end || strcmp(word + len - end, files[i].end) != 0)
			continue;
		for (option = server->options; option->name != NULL; option++)
			if (strcmp(option->name, files[i].option) == 0)
				return option;
	}
	return NULL;
}

/* The option that the word gives, and its value as match() says. */
static const struct server_option *
match_any(const struct server *server, const char *word, const char **value)
{
	const struct server_option *option = server->options;

	for (; option->name != NULL; option++) {
		*value = match(option, word);
		if (*value != NULL)
			return option;
	}
	*value = word;
	return match_file(server, word);
}

bool
server_options_next(const struct server *server, const struct strvec *words,
    size_t *at, struct server_given *given)
{
	for (; *at < words->len; ++*at) {
		given->word = words->items[*at];
		given->option = match_any(server, given->word, &given->value);
		if (given->option == NULL)
			continue;
		++*at;
		if (*given->value != '\0' || given->option->optional ||
		    strchr(given->word, '=') != NULL)
			return true;
		if (*at == words->len)
			return false;
		given->value = words->items[(*at)++];
		return true;
	}
	return false;
}

void
server_options_read(const struct server *server, const struct strvec *words,
    size_t first, struct server_settings *settings)
{
	struct server_given given;

	while (server_options_next(server, words, &first, &given))
		server_settings_set(settings, given.option->key, given.value,
		    given.word);
}
