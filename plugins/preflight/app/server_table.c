/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "preflight/app/server_table.h"

/*
 * Options that say nothing about sockets are not listed: an unknown word is
 * simply passed over.  Modes were measured, see contract P1.3.
 */

/* clang-format off */
static const struct server_variable no_variables[] = { { NULL, 0 } };

static const struct server_option gunicorn_options[] = {
	{ "-b",			SERVER_KEY_BIND,	false },
	{ "--bind",		SERVER_KEY_BIND,	false },
	{ "-m",			SERVER_KEY_UMASK,	false },
	{ "--umask",		SERVER_KEY_UMASK,	false },
	{ "-u",			SERVER_KEY_USER,	false },
	{ "--user",		SERVER_KEY_USER,	false },
	{ "-g",			SERVER_KEY_GROUP,	false },
	{ "--group",		SERVER_KEY_GROUP,	false },
	{ "--chdir",		SERVER_KEY_CHDIR,	false },
	{ "-c",			SERVER_KEY_CONFIG,	false },
	{ "--config",		SERVER_KEY_CONFIG,	false },
	{ NULL, 0, false },
};

static const struct server_option uvicorn_options[] = {
	{ "--uds",		SERVER_KEY_PATH,	false },
	{ "--fd",		SERVER_KEY_FD,		false },
	{ "--host",		SERVER_KEY_HOST,	false },
	{ "--port",		SERVER_KEY_PORT,	false },
	{ "--workers",		SERVER_KEY_WORKERS,	false },
	{ "--reload",		SERVER_KEY_RELOAD,	true },
	{ NULL, 0, false },
};

static const struct server_variable uvicorn_variables[] = {
	{ "UVICORN_UDS",	SERVER_KEY_PATH },
	{ "UVICORN_HOST",	SERVER_KEY_HOST },
	{ "UVICORN_PORT",	SERVER_KEY_PORT },
	{ "WEB_CONCURRENCY",	SERVER_KEY_WORKERS },
	{ "UVICORN_WORKERS",	SERVER_KEY_WORKERS },
	{ "UVICORN_RELOAD",	SERVER_KEY_RELOAD },
	{ NULL, 0 },
};

static const struct server_option hypercorn_options[] = {
	{ "-c",			SERVER_KEY_CONFIG,	false },
	{ "--config",		SERVER_KEY_CONFIG,	false },
	{ "-b",			SERVER_KEY_BIND,	false },
	{ "--bind",		SERVER_KEY_BIND,	false },
	{ "-m",			SERVER_KEY_UMASK_DECIMAL, false },
	{ "--umask",		SERVER_KEY_UMASK_DECIMAL, false },
	{ "-u",			SERVER_KEY_USER,	false },
	{ "--user",		SERVER_KEY_USER,	false },
	{ "-g",			SERVER_KEY_GROUP,	false },
	{ "--group",		SERVER_KEY_GROUP,	false },
	{ NULL, 0, false },
};

/* A short name stands behind its long one. */
static const struct server_option uwsgi_options[] = {
	{ "--socket",		SERVER_KEY_UWSGI,	false },
	{ "-s",			SERVER_KEY_UWSGI,	false },
	{ "--uwsgi-socket",	SERVER_KEY_UWSGI,	false },
	{ "--http",		SERVER_KEY_UWSGI,	false },
	{ "--http-socket",	SERVER_KEY_UWSGI,	false },
	{ "--http11-socket",	SERVER_KEY_UWSGI,	false },
	{ "--fastcgi-socket",	SERVER_KEY_UWSGI,	false },
	{ "--scgi-socket",	SERVER_KEY_UWSGI,	false },
	{ "--chmod-socket",	SERVER_KEY_UWSGI_MODE,	true },
	{ "-C",			SERVER_KEY_UWSGI_MODE,	true },
	{ "--chmod",		SERVER_KEY_UWSGI_MODE,	true },
	{ "--chown-socket",	SERVER_KEY_OWNER,	false },
	{ "--umask",		SERVER_KEY_UWSGI_UMASK,	false },
	{ "--uid",		SERVER_KEY_USER,	false },
	{ "--gid",		SERVER_KEY_GROUP,	false },
	{ "--chdir",		SERVER_KEY_CHDIR,	false },
	{ "--set",		SERVER_KEY_OTHER,	false },
	{ "-S",			SERVER_KEY_OTHER,	false },
	{ "--set-ph",		SERVER_KEY_OTHER,	false },
	{ "--set-placeholder",	SERVER_KEY_OTHER,	false },
	{ "--ini",		SERVER_KEY_CONFIG,	false },
	{ "--xml",		SERVER_KEY_CONFIG,	false },
	{ "-x",			SERVER_KEY_CONFIG,	false },
	{ "--xmlconfig",	SERVER_KEY_CONFIG,	false },
	{ "--yaml",		SERVER_KEY_CONFIG,	false },
	{ "-y",			SERVER_KEY_CONFIG,	false },
	{ "--yml",		SERVER_KEY_CONFIG,	false },
	{ "--json",		SERVER_KEY_CONFIG,	false },
	{ "-j",			SERVER_KEY_CONFIG,	false },
	{ "--js",		SERVER_KEY_CONFIG,	false },
	{ NULL, 0, false },
};

static const struct server_option waitress_options[] = {
	{ "--unix-socket",	SERVER_KEY_PATH,	false },
	{ "--unix-socket-perms", SERVER_KEY_MODE,	false },
	{ "--listen",		SERVER_KEY_BIND,	false },
	{ "--host",		SERVER_KEY_HOST,	false },
	{ "--port",		SERVER_KEY_PORT,	false },
	{ NULL, 0, false },
};

static const struct server_option granian_options[] = {
	{ "--uds",		SERVER_KEY_PATH,	false },
	{ "--uds-permissions",	SERVER_KEY_MODE,	false },
	{ "--working-dir",	SERVER_KEY_CHDIR,	false },
	{ "--host",		SERVER_KEY_HOST,	false },
	{ "--port",		SERVER_KEY_PORT,	false },
	{ NULL, 0, false },
};

static const struct server_variable granian_variables[] = {
	{ "GRANIAN_UDS",	SERVER_KEY_PATH },
	{ "GRANIAN_UDS_PERMISSIONS", SERVER_KEY_MODE },
	{ "GRANIAN_HOST",	SERVER_KEY_HOST },
	{ "GRANIAN_PORT",	SERVER_KEY_PORT },
	{ NULL, 0 },
};

static const struct server_option daphne_options[] = {
	{ "-u",			SERVER_KEY_PATH,	false },
	{ "--unix-socket",	SERVER_KEY_PATH,	false },
	{ "--fd",		SERVER_KEY_FD,		false },
	{ "-b",			SERVER_KEY_HOST,	false },
	{ "--bind",		SERVER_KEY_HOST,	false },
	{ "-p",			SERVER_KEY_PORT,	false },
	{ "--port",		SERVER_KEY_PORT,	false },
	{ NULL, 0, false },
};

static const struct server_option aiohttp_options[] = {
	{ "-U",			SERVER_KEY_PATH,	false },
	{ "--path",		SERVER_KEY_PATH,	false },
	{ "-H",			SERVER_KEY_HOST,	false },
	{ "--hostname",		SERVER_KEY_HOST,	false },
	{ "-P",			SERVER_KEY_PORT,	false },
	{ "--port",		SERVER_KEY_PORT,	false },
	{ NULL, 0, false },
};

static const struct server servers[] = {
	{ .name = "gunicorn", .module = "gunicorn",
	  .options = gunicorn_options, .variables = no_variables,
	  .default_bind = "127.0.0.1:8000",
	  .default_mode = -1, .default_umask = 0 },
	{ .name = "uvicorn", .module = "uvicorn",
	  .options = uvicorn_options, .variables = uvicorn_variables,
	  .default_bind = "127.0.0.1:8000",
	  .default_mode = 0666, .default_umask = -1, .keeps_mode = true },
	{ .name = "uwsgi", .options = uwsgi_options,
	  .variables = no_variables, .takes_files = true,
	  .default_mode = -1, .default_umask = -1, .gives = SERVER_BECOMES },
	{ .name = "hypercorn", .module = "hypercorn",
	  .options = hypercorn_options, .variables = no_variables,
	  .default_bind = "127.0.0.1:8000",
	  .default_mode = -1, .default_umask = -1,
	  .gives = SERVER_GIVES_PAIR },
	{ .name = "waitress-serve", .module = "waitress",
	  .options = waitress_options, .variables = no_variables,
	  .default_bind = "0.0.0.0:8080",
	  .default_mode = 0600, .default_umask = -1 },
	{ .name = "granian", .module = "granian",
	  .options = granian_options, .variables = granian_variables,
	  .default_bind = "127.0.0.1:8000",
	  .default_mode = -1, .default_umask = -1 },
	{ .name = "daphne", .module = "daphne",
	  .options = daphne_options, .variables = no_variables,
	  .default_bind = "127.0.0.1:8000",
	  .default_mode = 0666, .default_umask = -1, .keeps_stale = true },
	{ .name = "aiohttp", .module = "aiohttp",
	  .options = aiohttp_options, .variables = no_variables,
	  .default_bind = "localhost:8080",
	  .default_mode = -1, .default_umask = -1 },
};
/* clang-format on */

/* "gunicorn3", "uwsgi-core" and "uwsgi_python3" are the servers too. */
static bool
names_server(const char *name, const struct server *server)
{
	size_t len = strlen(server->name);

	if (strncmp(name, server->name, len) != 0)
		return false;
	name += len;
	if (name[strspn(name, "0123456789.-")] == '\0')
		return true;
	return strcmp(server->name, "uwsgi") == 0 &&
	    (strcmp(name, "-core") == 0 || strncmp(name, "_python", 7) == 0);
}

const struct server *
server_find(const char *name, bool is_module)
{
	const char *slash = strrchr(name, '/');

	if (slash != NULL)
		name = slash + 1;
	for (size_t i = 0; i < sizeof(servers) / sizeof(servers[0]); i++) {
		const struct server *server = &servers[i];

		if (is_module) {
			size_t len =
			    server->module == NULL ? 0 : strlen(server->module);

			if (len > 0 &&
			    strncmp(name, server->module, len) == 0 &&
			    (name[len] == '\0' || name[len] == '.'))
				return server;
		} else if (names_server(name, server))
			return server;
	}
	return NULL;
}
