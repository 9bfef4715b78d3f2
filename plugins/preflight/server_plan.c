/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "base/shell_words.h"
#include "base/xmalloc.h"

#include "preflight/app_file.h"
#include "preflight/gunicorn_conf.h"
#include "preflight/server_options.h"
#include "preflight/server_plan.h"
#include "preflight/unwrap.h"
#include "preflight/uwsgi_conf.h"

/*
 * Every source is read into settings of its own; they are laid over each other
 * in the server's own order and only then become sockets, because what a path
 * is relative to may come from any of them.
 */

#define CONFIG_MAX_BYTES (256 * 1024)

void
server_plan_done(struct server_plan *plan)
{
	for (size_t i = 0; i < plan->socket_count; i++) {
		free(plan->sockets[i].path);
		free(plan->sockets[i].user);
		free(plan->sockets[i].group);
		free(plan->sockets[i].says);
	}
	free(plan->sockets);
	free(plan->server);
	strvec_done(&plan->tcp);
	strvec_done(&plan->undecided);
	*plan = (struct server_plan)SERVER_PLAN_INIT;
}

struct planned_socket *
server_plan_add_socket(struct server_plan *plan, const char *path)
{
	struct planned_socket *new;

	plan->sockets = xreallocarray(plan->sockets, plan->socket_count + 1,
	    sizeof(*plan->sockets));
	new = &plan->sockets[plan->socket_count++];
	*new = (struct planned_socket){
		.path = xstrdup(path),
		.mode = -1,
		.umask = -1,
	};
	return new;
}

/* path below base unless it is absolute; NULL if nobody knows the base. */
static char *
resolve(const char *base, const char *path)
{
	if (*path == '/')
		return xstrdup(path);
	if (base == NULL)
		return NULL;
	while (strncmp(path, "./", 2) == 0)
		path += 2;
	if (strcmp(path, ".") == 0 || *path == '\0')
		return xstrdup(base);
	return xasprintf("%s%s%s", base,
	    base[strlen(base) - 1] == '/' ? "" : "/", path);
}

static char *
copy_or_null(const char *text)
{
	return text == NULL ? NULL : xstrdup(text);
}

/* One command of the program, with everything that is known around it. */
struct reading {
	struct server_plan *plan;
	const struct server_source *source;
	const struct server *server;
	const struct plain_command *command;
	struct strvec environment;
	char *directory; /* of the process when the server starts; or NULL */
};

static char *
read_file(const struct reading *reading, const char *path)
{
	return app_file_read(reading->source->cred, path, CONFIG_MAX_BYTES);
}

static void
note_unreadable(struct reading *reading, const char *path)
{
	strvec_pushf(&reading->plan->undecided, "cannot read %s", path);
}

/*
 * gunicorn: defaults < file < GUNICORN_CMD_ARGS < command line.
 */
static void
read_gunicorn_file(struct reading *reading, const char *written,
    const char *directory, struct server_settings *settings)
{
	const char *name = written == NULL ? "gunicorn.conf.py" : written;
	char *path, *text;

	if (strncmp(name, "python:", 7) == 0) {
		strvec_pushf(&settings->undecided, "config %s", name);
		return;
	}
	if (strncmp(name, "file:", 5) == 0)
		name += 5;
	path = resolve(directory, name);
	text = path == NULL ? NULL : read_file(reading, path);
	if (text != NULL)
		gunicorn_conf_read(text, path, settings);
	else if (written != NULL)
		note_unreadable(reading, name);
	free(text);
	free(path);
}

static void
layer_gunicorn(struct reading *reading, struct server_settings *settings,
    const struct server_settings *line)
{
	struct server_settings variable = SERVER_SETTINGS_INIT;
	struct server_settings file = SERVER_SETTINGS_INIT;
	struct strvec words = STRVEC_INIT;
	const char *args =
	    strvec_env_get(&reading->environment, "GUNICORN_CMD_ARGS");
	char *directory;

	if (args != NULL && shell_words_split(args, &words, NULL) == 0)
		server_options_read(reading->server, &words, 0, &variable);
	directory = line->chdir == NULL
	    ? copy_or_null(reading->directory)
	    : resolve(reading->directory, line->chdir);
	read_gunicorn_file(reading,
	    line->config != NULL ? line->config : variable.config, directory,
	    &file);
	server_settings_overlay(settings, &file);
	server_settings_overlay(settings, &variable);
	free(directory);
	strvec_done(&words);
	server_settings_done(&variable);
	server_settings_done(&file);
}

/*
 * uwsgi: the ini file in its place, the environment below it.
 */
static void
layer_uwsgi(struct reading *reading, struct server_settings *settings,
    const struct server_settings *line)
{
	struct server_settings file = SERVER_SETTINGS_INIT;
	struct uwsgi_source source = { .environment = &reading->environment };
	const char *name =
	    line->config != NULL ? line->config : settings->config;
	char *path, *text, *colon;

	if (name == NULL)
		return;
	path = resolve(reading->directory, name);
	colon = path == NULL ? NULL : strrchr(path, ':');
	if (colon != NULL) {
		*colon = '\0';
		source.section = colon + 1;
	}
	source.path = path;
	text = path == NULL ? NULL : read_file(reading, path);
	if (text == NULL)
		note_unreadable(reading, name);
	else if (uwsgi_conf_read(text, &source, &file) == -1)
		strvec_pushf(&file.undecided, "config %s", path);
	server_settings_overlay(settings, &file);
	server_settings_done(&file);
	free(text);
	free(path);
}

static void
layer_variables(struct reading *reading, struct server_settings *settings)
{
	const struct server_variable *variable = reading->server->variables;
	const char *value;

	for (; variable->name != NULL; variable++) {
		value = strvec_env_get(&reading->environment, variable->name);
		if (value != NULL && *value != '\0')
			server_settings_set(settings, variable->key, value,
			    variable->name);
	}
}

/* "gunicorn -m 022": what decided about the mode, for the sentence. */
static char *
mode_reason(const struct server *server, const struct server_settings *settings)
{
	if (settings->socket_mode != -1)
		return xasprintf("%s sets mode %04o", server->name,
		    (unsigned)settings->socket_mode);
	if (settings->umask != -1)
		return xasprintf("%s with umask %03o", server->name,
		    (unsigned)settings->umask);
	if (server->default_mode != -1)
		return xasprintf("%s always sets mode %04o", server->name,
		    (unsigned)server->default_mode);
	if (server->default_umask != -1)
		return xasprintf("%s uses umask %03o by default", server->name,
		    (unsigned)server->default_umask);
	return xasprintf("%s with the umask of the process", server->name);
}

/* uwsgi's chown-socket "user:group" goes before what the server becomes. */
static void
set_owner(struct planned_socket *planned,
    const struct server_settings *settings)
{
	const char *owner = settings->socket_owner, *colon;

	planned->user = copy_or_null(settings->user);
	planned->group = copy_or_null(settings->group);
	if (owner == NULL)
		return;
	colon = strchr(owner, ':');
	free(planned->user);
	planned->user = colon == NULL
	    ? xstrdup(owner)
	    : xstrndup(owner, (size_t)(colon - owner));
	if (colon != NULL) {
		free(planned->group);
		planned->group = xstrdup(colon + 1);
	}
}

static void
plan_socket(struct reading *reading, const struct server_settings *settings,
    const char *base, const char *written)
{
	const struct server *server = reading->server;
	struct planned_socket *planned;
	char *path;

	/* unix:///p and unix:////p are the same place. */
	while (written[0] == '/' && written[1] == '/')
		written++;
	if (strchr(written, '$') != NULL || strstr(written, "%(") != NULL) {
		strvec_pushf(&reading->plan->undecided, "socket %s", written);
		return;
	}
	path = resolve(base, written);
	planned = server_plan_add_socket(reading->plan,
	    path == NULL ? written : path);
	planned->relative = path == NULL;
	planned->mode = settings->socket_mode != -1 ? settings->socket_mode
	    : settings->umask != -1		    ? -1
						    : server->default_mode;
	planned->umask =
	    settings->umask != -1 ? settings->umask : server->default_umask;
	planned->keeps_mode = server->keeps_mode && settings->socket_mode == -1;
	planned->says = mode_reason(server, settings);
	set_owner(planned, settings);
	free(path);
}

static void
plan_binds(struct reading *reading, const struct server_settings *settings)
{
	char *base = settings->chdir == NULL
	    ? copy_or_null(reading->directory)
	    : resolve(reading->directory, settings->chdir);

	for (size_t i = 0; i < settings->binds.len; i++) {
		const char *bind = settings->binds.items[i];

		if (strncmp(bind, "unix://", 7) == 0)
			plan_socket(reading, settings, base, bind + 7);
		else if (strncmp(bind, "unix:", 5) == 0)
			plan_socket(reading, settings, base, bind + 5);
		else if (strncmp(bind, "fd://", 5) == 0)
			reading->plan->takes_fd = true;
		else
			strvec_push(&reading->plan->tcp, bind);
	}
	free(base);
}

static void
plan_server(struct reading *reading)
{
	struct server_settings settings = SERVER_SETTINGS_INIT;
	struct server_settings line = SERVER_SETTINGS_INIT;

	if (reading->plan->server == NULL)
		reading->plan->server = xstrdup(reading->server->name);
	server_options_read(reading->server, &reading->command->words, 1,
	    &line);
	layer_variables(reading, &settings);
	if (strcmp(reading->server->name, "gunicorn") == 0)
		layer_gunicorn(reading, &settings, &line);
	else if (strcmp(reading->server->name, "uwsgi") == 0)
		layer_uwsgi(reading, &settings, &line);
	server_settings_overlay(&settings, &line);
	plan_binds(reading, &settings);
	for (size_t i = 0; i < settings.undecided.len; i++)
		strvec_push(&reading->plan->undecided,
		    settings.undecided.items[i]);
	server_settings_done(&settings);
	server_settings_done(&line);
}

/* Literal unix:/... words of a script that is not understood further. */
static void
plan_script_words(struct reading *reading, const char *text, const char *name)
{
	const char *p = text;
	size_t len;
	char *path;

	while ((p = strstr(p, "unix:/")) != NULL) {
		p += 5;
		while (p[0] == '/' && p[1] == '/')
			p++;
		len = strcspn(p, " \t\r\n\"';:|&<>()\\");
		path = xstrndup(p, len);
		if (strchr(path, '$') == NULL) {
			struct planned_socket *planned =
			    server_plan_add_socket(reading->plan, path);

			planned->likely = true;
			planned->says = xasprintf("a word in %s", name);
		} else
			strvec_pushf(&reading->plan->undecided,
			    "socket %s in %s", path, name);
		free(path);
	}
}

static void
plan_script(struct reading *reading)
{
	const struct strvec *words = &reading->command->words;
	const char *name = words->items[0];
	char *path, *text;

	/* "sh start.sh" */
	if (words->len > 1 &&
	    (strcmp(name, "sh") == 0 || strcmp(name, "bash") == 0 ||
		strcmp(name, "/bin/sh") == 0 || strcmp(name, "/bin/bash") == 0))
		name = words->items[1];
	if (strchr(name, '/') == NULL && name == words->items[0])
		return;
	path = resolve(reading->directory, name);
	text = path == NULL ? NULL : read_file(reading, path);
	if (text != NULL && strncmp(text, "#!", 2) == 0)
		plan_script_words(reading, text, path);
	free(text);
	free(path);
}

static void
plan_command(struct server_plan *plan, const struct server_source *source,
    const struct plain_command *command)
{
	struct reading reading = {
		.plan = plan,
		.source = source,
		.command = command,
	};

	reading.server =
	    server_find(command->words.items[0], command->is_module);
	strvec_copy(&reading.environment, source->environment);
	for (size_t i = 0; i < command->env.len; i++) {
		char *name = xstrdup(command->env.items[i]);
		char *equals = strchr(name, '=');

		if (equals != NULL) {
			*equals = '\0';
			strvec_env_set(&reading.environment, name, equals + 1);
		}
		free(name);
	}
	reading.directory = command->chdir == NULL
	    ? copy_or_null(source->directory)
	    : resolve(source->directory, command->chdir);
	if (reading.server != NULL)
		plan_server(&reading);
	else
		plan_script(&reading);
	free(reading.directory);
	strvec_done(&reading.environment);
}

void
server_plan_add(struct server_plan *plan, const struct server_source *source)
{
	struct strvec words = STRVEC_INIT;
	struct plain_commands commands = { 0 };

	if (shell_words_split(source->command, &words, NULL) == 0)
		unwrap_command(&words, &commands);
	for (size_t i = 0; i < commands.count; i++)
		plan_command(plan, source, &commands.items[i]);
	plain_commands_done(&commands);
	strvec_done(&words);
}
