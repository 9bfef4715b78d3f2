/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/shell_words.h"
#include "base/xmalloc.h"

#include "preflight/app/app_file.h"
#include "preflight/app/gunicorn_conf.h"
#include "preflight/app/server_options.h"
#include "preflight/app/server_plan.h"
#include "preflight/app/unwrap.h"
#include "preflight/app/uwsgi_conf.h"

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
		command_identity_done(&plan->sockets[i].owner);
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
	return app_file_read(reading->source->cred, reading->source->image,
	    path, CONFIG_MAX_BYTES);
}

/*
 * gunicorn: defaults < file < GUNICORN_CMD_ARGS < command line.
 */

/* The file's name as gunicorn takes it; a module is looked for where the
 * program starts, and may lie elsewhere.  The caller frees. */
static char *
gunicorn_file(const char *written)
{
	static const char module[] = "python:", file[] = "file:";
	char *name;

	if (strncmp(written, file, strlen(file)) == 0)
		return xstrdup(written + strlen(file));
	if (strncmp(written, module, strlen(module)) != 0)
		return xstrdup(written);
	name = xasprintf("%s.py", written + strlen(module));
	for (size_t i = 0; i + 3 < strlen(name); i++)
		if (name[i] == '.')
			name[i] = '/';
	return name;
}

/* It is looked for before gunicorn goes to its --chdir. */
static void
read_gunicorn_file(struct reading *reading, const char *written,
    struct server_settings *settings)
{
	char *name =
	    gunicorn_file(written == NULL ? "gunicorn.conf.py" : written);
	char *path = resolve(reading->directory, name);
	char *text = path == NULL ? NULL : read_file(reading, path);

	if (text != NULL)
		gunicorn_conf_read(text, path, settings);
	else if (written != NULL)
		strvec_pushf(&settings->undecided, "cannot read %s", name);
	free(text);
	free(path);
	free(name);
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
	const char *port = strvec_env_get(&reading->environment, "PORT");

	if (port != NULL) {
		server_settings_set(settings, SERVER_KEY_PORT, port, NULL);
		server_settings_set(settings, SERVER_KEY_HOST, "0.0.0.0", NULL);
	}
	if (args != NULL && shell_words_split(args, &words, NULL) == 0)
		server_options_read(reading->server, &words, 0, &variable);
	read_gunicorn_file(reading,
	    line->config != NULL ? line->config : variable.config, &file);
	server_settings_overlay(settings, &file);
	server_settings_overlay(settings, &variable);
	strvec_done(&words);
	server_settings_done(&variable);
	server_settings_done(&file);
}

/*
 * uwsgi: environment, then command line, files where they are named.
 */
static char *
read_uwsgi_file(void *arg, const char *path)
{
	return read_file(arg, path);
}

/* UWSGI_CHMOD_SOCKET=660 is "chmod-socket = 660". */
static void
add_uwsgi_variable(struct uwsgi_conf *conf, const char *variable)
{
	static const char prefix[] = "UWSGI_";
	const char *equals = strchr(variable, '=');
	char *name;

	if (equals == NULL || strncmp(variable, prefix, strlen(prefix)) != 0)
		return;
	name = xstrndup(variable + strlen(prefix),
	    (size_t)(equals - variable) - strlen(prefix));
	for (char *p = name; *p != '\0'; p++)
		*p = *p == '_' ? '-' : (char)tolower((unsigned char)*p);
	uwsgi_conf_add(conf, name, equals + 1, "environment");
	free(name);
}

/* The long name of what may have been given as "-s". */
static const char *
long_name(const struct server_option *option)
{
	while (strncmp(option->name, "--", 2) != 0)
		option--;
	return option->name + 2;
}

/* Files that are words of their own come after all options. */
static void
add_uwsgi_words(struct uwsgi_conf *conf, const struct reading *reading,
    bool files)
{
	const struct strvec *words = &reading->command->words;
	struct server_given given;
	size_t at = 1;

	while (server_options_next(reading->server, words, &at, &given))
		if ((given.value == given.word) == files)
			uwsgi_conf_add(conf, long_name(given.option),
			    given.value, given.word);
}

static void
read_uwsgi(struct reading *reading, struct server_settings *settings)
{
	struct uwsgi_conf conf = {
		.table = reading->server->options,
		.environment = &reading->environment,
		.directory = reading->directory,
		.read = read_uwsgi_file,
		.arg = reading,
	};

	for (size_t i = 0; i < reading->environment.len; i++)
		add_uwsgi_variable(&conf, reading->environment.items[i]);
	add_uwsgi_words(&conf, reading, false);
	add_uwsgi_words(&conf, reading, true);
	uwsgi_conf_settle(&conf, settings);
	uwsgi_conf_done(&conf);
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

/* --user and --group, and what the server does with them. */
static void
set_identity(struct planned_socket *planned,
    const struct server_settings *settings, enum server_gives gives)
{
	const char *user = settings->user, *group = settings->group;
	struct command_identity *owner = &planned->owner;

	planned->becomes = gives == SERVER_BECOMES;
	if ((user == NULL && group == NULL) ||
	    (gives == SERVER_GIVES_PAIR && (user == NULL || group == NULL)))
		return;
	/* Like uwsgi: the groups of the user come with a named group only. */
	owner->groups =
	    user != NULL && group != NULL ? IDENTITY_MEMBER : IDENTITY_NAMED;
	if (user == NULL && gives == SERVER_GIVES_BOTH)
		user = "root";
	if (user != NULL)
		command_identity_user(owner, user);
	command_identity_group(owner, group == NULL ? "root" : group);
}

/* What uwsgi gives away with chown-socket, "user:group", was made by whoever
 * started it. */
static void
set_owner(struct planned_socket *planned, const struct reading *reading,
    const struct server_settings *settings)
{
	const struct command_identity *as = &reading->command->as;
	const char *owner = settings->socket_owner;
	size_t len;

	if (command_identity_is_set(as)) {
		command_identity_copy(&planned->owner, as);
		planned->becomes = true;
		return;
	}

	if (owner == NULL) {
		set_identity(planned, settings, reading->server->gives);
		return;
	}
	len = strcspn(owner, ":");
	if (len > 0)
		planned->owner.user = xstrndup(owner, len);
	if (owner[len] == ':')
		planned->owner.group = xstrdup(owner + len + 1);
}

/* Its umask is the server's own, or that of the process. */
static void
set_umask(struct planned_socket *planned, const struct reading *reading,
    const struct server_settings *settings)
{
	planned->umask = settings->umask != -1 ? settings->umask
					       : reading->server->default_umask;
	if (planned->umask != -1)
		return;
	planned->umask = reading->command->umask;
	planned->masks = reading->command->masks;
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
	set_umask(planned, reading, settings);
	planned->keeps_mode = server->keeps_mode && settings->socket_mode == -1;
	planned->keeps_stale = server->keeps_stale || settings->keeps_stale;
	planned->says = mode_reason(server, settings);
	set_owner(planned, reading, settings);
	free(path);
}

/* What the server listens on if it was not told: host and port may come from
 * different places. */
static void
plan_default(struct reading *reading, const struct server_settings *settings)
{
	const char *usual = reading->server->default_bind, *colon;
	const char *host = settings->host, *port = settings->port;

	/* Something unknown may have told it. */
	if (usual == NULL || settings->undecided.len > 0)
		return;
	colon = strrchr(usual, ':');
	strvec_pushf(&reading->plan->tcp, "%.*s:%s",
	    host == NULL ? (int)(colon - usual) : (int)strlen(host),
	    host == NULL ? usual : host, port == NULL ? colon + 1 : port);
}

static void
plan_binds(struct reading *reading, const struct server_settings *settings)
{
	char *base = settings->chdir == NULL
	    ? copy_or_null(reading->directory)
	    : resolve(reading->directory, settings->chdir);

	if (settings->binds.len == 0)
		plan_default(reading, settings);
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
	layer_variables(reading, &settings);
	if (strcmp(reading->server->name, "uwsgi") == 0)
		read_uwsgi(reading, &settings);
	else
		server_options_read(reading->server, &reading->command->words,
		    1, &line);
	if (strcmp(reading->server->name, "gunicorn") == 0)
		layer_gunicorn(reading, &settings, &line);
	else if (line.config != NULL)
		strvec_pushf(&settings.undecided, "config %s", line.config);
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
