/* SPDX-License-Identifier: ISC */
/*
 * The client's command line, and the file it names or that is found.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cmdline.h"
#include "base/strbuf.h"
#include "base/xmalloc.h"
#include "config/search.h"
#include "ctl/arguments.h"
#include "ctl/command.h"
#include "ctl/server_url.h"

/* Texts as they were given; NULL if they were not. */
struct given {
	struct arguments *out;
	const char *path;
	char *url;
	const char *username;
	const char *password;
	const char *history_file;
};

static int
take_path(struct given *given, const char *value, char **cause)
{
	(void)cause;
	given->path = value;
	return 0;
}

static int
take_help(struct given *given, const char *value, char **cause)
{
	(void)value;
	(void)cause;
	given->out->action = ARGUMENTS_HELP;
	return 0;
}

static int
take_version(struct given *given, const char *value, char **cause)
{
	(void)value;
	(void)cause;
	given->out->action = ARGUMENTS_VERSION;
	return 0;
}

static int
take_interactive(struct given *given, const char *value, char **cause)
{
	(void)value;
	(void)cause;
	given->out->interactive = true;
	return 0;
}

static int
take_url(struct given *given, const char *value, char **cause)
{
	char *url = ctl_config_url(value, cause);

	if (url == NULL)
		return -1;
	free(given->url);
	given->url = url;
	return 0;
}

static int
take_username(struct given *given, const char *value, char **cause)
{
	(void)cause;
	given->username = value;
	return 0;
}

static int
take_password(struct given *given, const char *value, char **cause)
{
	(void)cause;
	given->password = value;
	return 0;
}

static int
take_history_file(struct given *given, const char *value, char **cause)
{
	(void)cause;
	given->history_file = value;
	return 0;
}

static int
take_format(struct given *given, const char *value, char **cause)
{
	if (strcmp(value, "json") != 0 && strcmp(value, "text") != 0)
		return cause_set(cause, "it is text or json");
	given->out->json = strcmp(value, "json") == 0;
	return 0;
}

/* clang-format off */
static const struct cmdline_option options[] = {
	{ .id = 1, .short_name = 'c', .long_name = "configuration",
	  .takes_value = true },
	{ .id = 2, .short_name = 'h', .long_name = "help" },
	{ .id = 2, .short_name = '?' },
	{ .id = 3, .short_name = 'i', .long_name = "interactive" },
	{ .id = 4, .short_name = 's', .long_name = "serverurl",
	  .takes_value = true },
	{ .id = 5, .short_name = 'u', .long_name = "username",
	  .takes_value = true },
	{ .id = 6, .short_name = 'p', .long_name = "password",
	  .takes_value = true },
	{ .id = 7, .short_name = 'r', .long_name = "history_file",
	  .takes_value = true },
	{ .id = 7, .long_name = "history-file", .takes_value = true,
	  .addition = true },
	{ .id = 8, .long_name = "format", .takes_value = true,
	  .addition = true },
	{ .id = 9, .long_name = "version", .addition = true },
	{ .id = 0 },
};
/* clang-format on */

/* By the option's id. */
static int (*const take[])(struct given *, const char *value, char **cause) = {
	[1] = take_path,
	[2] = take_help,
	[3] = take_interactive,
	[4] = take_url,
	[5] = take_username,
	[6] = take_password,
	[7] = take_history_file,
	[8] = take_format,
	[9] = take_version,
};

static int
take_items(const struct cmdline *cmdline, struct given *given, char **cause)
{
	for (size_t i = 0; i < cmdline->count; i++) {
		const struct cmdline_item *item = &cmdline->items[i];
		char *reason = NULL;

		if (take[item->id](given, item->value, &reason) == -1) {
			cmdline_refuse(item, reason, cause);
			free(reason);
			return -1;
		}
		if (given->out->action != ARGUMENTS_RUN)
			return 0;
		if (cmdline_check_once(cmdline, i, cause) == -1)
			return -1;
	}
	return 0;
}

static void
replace(char **text, const char *given)
{
	if (given == NULL)
		return;
	free(*text);
	*text = xstrdup(given);
}

/* Neither end speaks TLS: better said now than as a failure to connect. */
static int
refuse_https(const char *url, char **cause)
{
	if (!server_url_is_https(url))
		return 0;
	return cause_set(cause,
	    "https is not supported in the server URL '%s'; use http:// "
	    "through a tunnel, or unix://",
	    url);
}

static int
load_config(const char *program, const struct given *given, char **cause)
{
	struct ctl_config *config = &given->out->config;
	char *found = given->path == NULL ? config_search(program, NULL) : NULL;
	int result;

	result = ctl_config_load(given->path == NULL ? found : given->path,
	    config, cause);
	free(found);
	if (result == -1)
		return -1;
	replace(&config->serverurl, given->url);
	replace(&config->username, given->username);
	replace(&config->password, given->password);
	replace(&config->history_file, given->history_file);
	return refuse_https(config->serverurl, cause);
}

static char *
join(char *const *words)
{
	struct strbuf line = STRBUF_INIT;

	for (size_t i = 0; words[i] != NULL; i++) {
		strbuf_addstr(&line, i > 0 ? " " : "");
		strbuf_addstr(&line, words[i]);
	}
	return strbuf_steal(&line);
}

int
arguments_parse(const char *program, char *const argv[], struct arguments *out,
    char **cause)
{
	struct arguments arguments = { .action = ARGUMENTS_RUN };
	struct given given = { .out = &arguments };
	struct cmdline cmdline;
	int result;

	if (cmdline_parse(options, argv, &cmdline, cause) == -1)
		return -1;
	result = take_items(&cmdline, &given, cause);
	if (result == 0 && arguments.action == ARGUMENTS_RUN) {
		if (cmdline.words[0] != NULL)
			arguments.line = join(cmdline.words);
		result = load_config(program, &given, cause);
	}
	cmdline_done(&cmdline);
	free(given.url);
	if (result == -1)
		arguments_done(&arguments);
	else
		*out = arguments;
	return result;
}

void
arguments_done(struct arguments *arguments)
{
	ctl_config_done(&arguments->config);
	free(arguments->line);
	arguments->line = NULL;
}

void
arguments_print_help(FILE *out, const char *program)
{
	fprintf(out,
	    "supervisorctl -- control applications run by supervisord.\n\n"
	    "usage: %s [options] [action [arguments]]\n\n"
	    "Without an action, a shell is started that reads actions.\n\n"
	    "-c/--configuration FILENAME -- read [supervisorctl] of FILENAME\n"
	    "-s/--serverurl URL -- where supervisord listens:\n"
	    "     unix:///path or http://host:port\n"
	    "-u/--username NAME -- the name for a server that asks for one\n"
	    "-p/--password TEXT -- the password that goes with it\n"
	    "-i/--interactive -- start an interactive dialogue: ask before\n"
	    "     shutdown and reload, and for the name and the password\n"
	    "-r/--history-file FILENAME -- keep the shell's lines there\n"
	    "--format FORMAT -- text or json, for actions that show something\n"
	    "--version -- print the version\n"
	    "-h/--help -- print this text\n\n"
	    "Actions (%s help ACTION explains one):\n\n",
	    program, program);
	for (const struct command *c = command_table(); c->name != NULL; c++) {
		if (!c->hidden)
			fprintf(out, "  %s\n", c->name);
	}
}
