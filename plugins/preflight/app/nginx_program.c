/* SPDX-License-Identifier: ISC */
#include "preflight/app/nginx_program.h"

#include <stdlib.h>
#include <string.h>

#include "base/shell_words.h"
#include "base/strvec.h"
#include "base/xmalloc.h"

#include "preflight/app/unwrap.h"

static bool
is_nginx(const char *path)
{
	static const char *const names[] = { "nginx", "nginx-debug",
		"openresty", "angie", "freenginx", "tengine" };
	const char *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* The arguments as a process title would show them. */
static bool
read_command(const struct plain_command *command, struct nginx_args *args)
{
	char *title;

	if (command->words.len == 0 || !is_nginx(command->words.items[0]))
		return false;
	title = strvec_join(&command->words, " ");
	nginx_args_read(title, args);
	free(title);
	return true;
}

bool
nginx_program_args(const struct strvec *words, struct nginx_args *args)
{
	struct plain_commands commands = { 0 };
	bool found = false;

	unwrap_command(words, &commands);
	for (size_t i = 0; i < commands.count && !found; i++)
		found = read_command(&commands.items[i], args);
	plain_commands_done(&commands);
	return found;
}

static bool
starts_nginx(const char *line, struct nginx_args *args)
{
	struct strvec words = STRVEC_INIT;
	bool found = shell_words_split(line, &words, NULL) == 0 &&
	    nginx_program_args(&words, args);

	strvec_done(&words);
	return found;
}

/* A prefix counts from the folder that the program is started in. */
static void
resolve_prefix(const struct program_view *view, struct nginx_args *args)
{
	char *prefix;

	if (args->prefix == NULL || args->prefix[0] == '/' ||
	    view->directory == NULL)
		return;
	prefix = xasprintf("%s/%s", view->directory, args->prefix);
	free(args->prefix);
	args->prefix = prefix;
}

const struct program_view *
nginx_program_find(const struct program_views *views, struct nginx_args *args)
{
	for (size_t i = 0; i < views->count; i++) {
		const struct program_view *view = &views->items[i];

		for (size_t j = 0; j < view->commands.len; j++) {
			if (!starts_nginx(view->commands.items[j], args))
				continue;
			resolve_prefix(view, args);
			return view;
		}
	}
	return NULL;
}
