/* SPDX-License-Identifier: ISC */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"

#include "preflight/server_options.h"

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

/* uwsgi takes "app.ini" and ":8000" as words of their own. */
static void
read_word(const struct server *server, const char *word,
    struct server_settings *settings)
{
	size_t len = strcspn(word, ":");

	if (strcmp(server->name, "uwsgi") != 0 || word[0] == '-')
		return;
	if ((len > 4 &&
		(strncmp(word + len - 4, ".ini", 4) == 0 ||
		    strncmp(word + len - 4, ".xml", 4) == 0 ||
		    strncmp(word + len - 4, ".yml", 4) == 0)) ||
	    (len > 5 &&
		(strncmp(word + len - 5, ".yaml", 5) == 0 ||
		    strncmp(word + len - 5, ".json", 5) == 0)))
		server_settings_set(settings, SERVER_KEY_CONFIG, word, NULL);
}

void
server_options_read(const struct server *server, const struct strvec *words,
    size_t first, struct server_settings *settings)
{
	const struct server_option *option;
	const char *value = NULL;

	for (size_t i = first; i < words->len; i++) {
		for (option = server->options; option->name != NULL; option++) {
			value = match(option, words->items[i]);
			if (value != NULL)
				break;
		}
		if (option->name == NULL) {
			read_word(server, words->items[i], settings);
			continue;
		}
		if (*value == '\0' && !option->optional &&
		    strchr(words->items[i], '=') == NULL) {
			if (++i == words->len)
				return;
			value = words->items[i];
		}
		server_settings_set(settings, option->key, value,
		    words->items[i]);
	}
}
