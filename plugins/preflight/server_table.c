/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "preflight/server_table.h"

/*
 * Options that say nothing about sockets are not listed: an unknown word is
 * simply passed over.  Modes were measured, see contract P1.3.
 */

/* clang-format off */
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
	{ NULL, 0, false },
};

static const struct server_variable uvicorn_variables[] = {
	{ "UVICORN_UDS",	SERVER_KEY_PATH },
	{ NULL, 0 },
};

static const struct server_option hypercorn_options[] = {
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

static const struct server_option uwsgi_options[] = {
	{ "-s",			SERVER_KEY_UWSGI,	false },
	{ "--socket",		SERVER_KEY_UWSGI,	false },
	{ "--uwsgi-socket",	SERVER_KEY_UWSGI,	false },
	{ "--http-socket",	SERVER_KEY_UWSGI,	false },
	{ "--fastcgi-socket",	SERVER_KEY_UWSGI,	false },
	{ "--scgi-socket",	SERVER_KEY_UWSGI,	false },
	{ "--chmod-socket",	SERVER_KEY_MODE,	true },
	{ "-C",			SERVER_KEY_MODE,	true },
	{ "--chown-socket",	SERVER_KEY_OWNER,	false },
	{ "--umask",		SERVER_KEY_UMASK_OCTAL,	false },
	{ "--uid",		SERVER_KEY_USER,	false },
	{ "--gid",		SERVER_KEY_GROUP,	false },
	{ "--chdir",		SERVER_KEY_CHDIR,	false },
	{ "--vacuum",		SERVER_KEY_VACUUM,	true },
	{ "--ini",		SERVER_KEY_CONFIG,	false },
	{ "--xml",		SERVER_KEY_CONFIG,	false },
	{ "--yaml",		SERVER_KEY_CONFIG,	false },
	{ "-y",			SERVER_KEY_CONFIG,	false },
	{ "--json",		SERVER_KEY_CONFIG,	false },
	{ "-j",			SERVER_KEY_CONFIG,	false },
	{ NULL, 0, false },
};

static const struct server_variable uwsgi_variables[] = {
	{ "UWSGI_SOCKET",	SERVER_KEY_UWSGI },
	{ "UWSGI_HTTP_SOCKET",	SERVER_KEY_UWSGI },
	{ "UWSGI_CHMOD_SOCKET",	SERVER_KEY_MODE },
	{ "UWSGI_UMASK",	SERVER_KEY_UMASK_OCTAL },
	{ "UWSGI_INI",		SERVER_KEY_CONFIG },
	{ NULL, 0 },
};

static const struct server_option waitress_options[] = {
	{ "--unix-socket",	SERVER_KEY_PATH,	false },
	{ "--unix-socket-perms", SERVER_KEY_MODE,	false },
	{ NULL, 0, false },
};

static const struct server_option granian_options[] = {
	{ "--uds",		SERVER_KEY_PATH,	false },
	{ "--uds-permissions",	SERVER_KEY_MODE,	false },
	{ "--working-dir",	SERVER_KEY_CHDIR,	false },
	{ NULL, 0, false },
};

static const struct server_variable granian_variables[] = {
	{ "GRANIAN_UDS",	SERVER_KEY_PATH },
	{ "GRANIAN_UDS_PERMISSIONS", SERVER_KEY_MODE },
	{ NULL, 0 },
};

static const struct server_option daphne_options[] = {
	{ "-u",			SERVER_KEY_PATH,	false },
	{ "--unix-socket",	SERVER_KEY_PATH,	false },
	{ NULL, 0, false },
};

static const struct server_variable no_variables[] = { { NULL, 0 } };

static const struct server servers[] = {
	{ "gunicorn", "gunicorn", gunicorn_options, no_variables,
	  -1, 0, false, false },
	{ "uvicorn", "uvicorn", uvicorn_options, uvicorn_variables,
	  0666, -1, true, false },
	{ "uwsgi", NULL, uwsgi_options, uwsgi_variables,
	  -1, -1, false, true },
	{ "hypercorn", "hypercorn", hypercorn_options, no_variables,
	  -1, -1, false, false },
	{ "waitress-serve", "waitress", waitress_options, no_variables,
	  0600, -1, false, true },
	{ "granian", "granian", granian_options, granian_variables,
	  -1, -1, false, false },
	{ "daphne", "daphne", daphne_options, no_variables,
	  0666, -1, false, false },
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
