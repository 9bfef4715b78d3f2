/* SPDX-License-Identifier: ISC */
/*
 * Where the daemon listens.  A section counts if its name begins with the word,
 * so that there may be several.
 */
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "base/xmalloc.h"
#include "config/convert.h"
#include "config/http.h"
#include "config/path.h"

#define DEFAULT_MODE 0700

typedef int (
    *read_fn)(const struct source *, struct http_server_config *, char **cause);

void
http_server_config_done(struct http_server_config *server)
{
	free(server->section);
	free(server->path);
	free(server->host);
	free(server->username);
	free(server->password);
}

static int
read_authentication(const struct source *source,
    struct http_server_config *server, char **cause)
{
	if (source_get(source, "username", NULL, &server->username, cause) ==
		-1 ||
	    source_get(source, "password", NULL, &server->password, cause) ==
		-1)
		return -1;
	if ((server->username == NULL) != (server->password == NULL))
		return cause_set(cause,
		    "Section [%s] contains incomplete authentication: If a "
		    "username or a password is specified, both the username "
		    "and password must be specified",
		    source->section->name);
	if (server->username != NULL && *server->username == '\0') {
		free(server->username);
		free(server->password);
		server->username = server->password = NULL;
	}
	return 0;
}

static int
read_port(const struct source *source, struct http_server_config *server,
    char **cause)
{
	char *text;
	int result;

	if (source_get(source, "port", NULL, &text, cause) == -1)
		return -1;
	if (text == NULL)
		return cause_set(cause, "section [%s] has no port value",
		    source->section->name);
	result =
	    convert_inet_address(text, &server->host, &server->port, cause);
	free(text);
	return result;
}

/* The only option of a server that may use %(here)s. */
static int
read_file(const struct source *source, struct http_server_config *server,
    char **cause)
{
	struct source wider = *source;
	char *text, *stripped;

	wider.names = &source->reader->here;
	if (source_get(&wider, "file", NULL, &text, cause) == -1)
		return -1;
	if (text == NULL)
		return cause_set(cause, "section [%s] has no file value",
		    source->section->name);
	stripped = parse_stripped(text);
	server->path = path_normalize(stripped, source->reader->base);
	free(stripped);
	free(text);
	return 0;
}

static int
read_owner(const struct source *source, struct http_server_config *server,
    char **cause)
{
	char *text;
	int result = 0;

	if (source_get(source, "chown", NULL, &text, cause) == -1)
		return -1;
	if (text != NULL &&
	    convert_owner(text, &server->uid, &server->gid) == -1)
		result = cause_set(cause, "Invalid sockchown value %s", text);
	free(text);
	return result;
}

static int
read_mode(const struct source *source, struct http_server_config *server,
    char **cause)
{
	char *text;
	long long value = DEFAULT_MODE;
	int result = 0;

	if (source_get(source, "chmod", NULL, &text, cause) == -1)
		return -1;
	if (text != NULL && parse_octal(text, &value, NULL) == -1)
		result = cause_set(cause, "Invalid chmod value %s", text);
	server->mode = (mode_t)value;
	free(text);
	return result;
}

/* In the order in which mistakes are reported. */
static const read_fn inet_steps[] = { read_authentication, read_port, NULL };
static const read_fn unix_steps[] = { read_file, read_authentication,
	read_owner, read_mode, NULL };

static int
read_server(const struct source *source, const read_fn *steps, char **cause)
{
	struct config *config = source->reader->config;
	struct http_server_config server = {
		.section = xstrdup(source->section->name),
		.uid = (uid_t)-1,
		.gid = (gid_t)-1,
	};

	for (; *steps != NULL; steps++) {
		if ((*steps)(source, &server, cause) == -1) {
			http_server_config_done(&server);
			return -1;
		}
	}
	config->servers = xreallocarray(config->servers,
	    config->server_count + 1, sizeof(*config->servers));
	config->servers[config->server_count++] = server;
	return 0;
}

/* The first unix server, else the last inet server (contract D2.6). */
static char *
default_url(const struct config *config)
{
	const struct http_server_config *last = NULL;

	for (size_t i = 0; i < config->server_count; i++) {
		if (config->servers[i].path != NULL)
			return xasprintf("unix://%s", config->servers[i].path);
		last = &config->servers[i];
	}
	if (last == NULL)
		return NULL;
	return xasprintf("http://%s:%d",
	    *last->host != '\0' ? last->host : "localhost", last->port);
}

int
servers_read(struct config_reader *reader, char **cause)
{
	static const struct {
		const char *prefix;
		const read_fn *steps;
	} kinds[] = {
		{ "inet_http_server", inet_steps },
		{ "unix_http_server", unix_steps },
	};
	struct source source = { .reader = reader, .names = &reader->env };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		for (source.section = reader->ini.sections;
		     source.section != NULL;
		     source.section = source.section->hh.next) {
			if (strncmp(source.section->name, kinds[i].prefix,
				strlen(kinds[i].prefix)) == 0 &&
			    read_server(&source, kinds[i].steps, cause) == -1)
				return -1;
		}
	}
	reader->config->serverurl = default_url(reader->config);
	return 0;
}
