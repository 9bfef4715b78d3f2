/* SPDX-License-Identifier: ISC */
/*
 * Sockets that the processes of an fcgi-program inherit.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cred.h"
#include "base/parse.h"
#include "base/xmalloc.h"
#include "config/convert.h"
#include "config/fcgi.h"
#include "config/path.h"

#define BACKLOG_MAX  65535
#define DEFAULT_MODE 0700

/* The socket, and what was said about it. */
struct reading {
	const struct source *source;
	struct fcgi_socket_config socket;
	bool has_user;
	uid_t user;
	bool owner_given, mode_given;
};

typedef int (*read_fn)(struct reading *, const char *text, char **cause);

static int
read_user(struct reading *r, const char *text, char **cause)
{
	r->has_user = true;
	return cred_parse_user(text, &r->user, cause);
}

static int
read_backlog(struct reading *r, const char *text, char **cause)
{
	long long value;

	if (parse_int(text, &value, cause) == -1)
		return -1;
	if (value < 1 || value > BACKLOG_MAX)
		return cause_set(cause, "Invalid socket_backlog value %lld",
		    value);
	r->socket.backlog = (int)value;
	return 0;
}

static int
read_owner(struct reading *r, const char *text, char **cause)
{
	r->owner_given = true;
	if (convert_owner(text, &r->socket.uid, &r->socket.gid) == -1)
		return cause_set(cause, "Invalid socket_owner value %s", text);
	return 0;
}

static int
read_mode(struct reading *r, const char *text, char **cause)
{
	long long value;

	r->mode_given = true;
	if (parse_octal(text, &value, NULL) == -1)
		return cause_set(cause, "Invalid socket_mode value %s", text);
	r->socket.mode = (mode_t)value;
	return 0;
}

static int
read_unix(struct reading *r, const char *path, char **cause)
{
	if (path[0] != '/')
		return cause_set(cause,
		    "Unix socket path %s is not an absolute path in [%s] "
		    "socket",
		    path, r->source->section->name);
	r->socket.path = path_normalize(path, NULL);
	r->socket.url = xasprintf("unix://%s", r->socket.path);
	return 0;
}

/* A host without blanks and colons, and digits behind the only colon. */
static bool
is_tcp_address(const char *address)
{
	const char *colon = strchr(address, ':');

	if (colon == NULL || colon == address || colon[1] == '\0')
		return false;
	for (const char *p = address; p < colon; p++) {
		if (parse_space_len(p) > 0)
			return false;
	}
	return colon[1 + strspn(colon + 1, "0123456789")] == '\0';
}

static int
read_tcp(struct reading *r, const char *address, char **cause)
{
	const char *colon = strchr(address, ':');
	char *why = NULL;
	int result;

	result = convert_port(colon + 1, &r->socket.port, &why);
	if (result == -1)
		cause_set(cause, "%s in [%s] socket", why,
		    r->source->section->name);
	free(why);
	if (result == -1)
		return -1;
	r->socket.host = xstrndup(address, (size_t)(colon - address));
	for (char *p = r->socket.host; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	r->socket.url =
	    xasprintf("tcp://%s:%d", r->socket.host, r->socket.port);
	return 0;
}

static int
read_socket(struct reading *r, const char *text, char **cause)
{
	if (strncmp(text, "unix://", 7) == 0)
		return read_unix(r, text + 7, cause);
	if (r->owner_given || r->mode_given)
		return cause_set(cause,
		    "socket_owner and socket_mode params should only be used "
		    "with a Unix domain socket in [%s] socket",
		    r->source->section->name);
	if (strncmp(text, "tcp://", 6) == 0 && is_tcp_address(text + 6))
		return read_tcp(r, text + 6, cause);
	return cause_set(cause, "Bad socket format %s in [%s] socket", text,
	    r->source->section->name);
}

static const struct {
	const char *key;
	read_fn read;
} options[] = {
	{ "user", read_user },
	{ "socket_backlog", read_backlog },
	{ "socket_owner", read_owner },
	{ "socket_mode", read_mode },
};

static int
read_options(struct reading *r, char **cause)
{
	char *text;
	int result = 0;

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (source_get(r->source, options[i].key, NULL, &text, cause) ==
		    -1)
			return -1;
		if (text != NULL)
			result = options[i].read(r, text, cause);
		free(text);
		if (result == -1)
			return -1;
	}
	return 0;
}

/* socket= alone may use %(program_name)s. */
static int
read_address(struct reading *r, char **cause)
{
	const char *section = r->source->section->name;
	struct expand_table names = { .parent = r->source->names };
	struct source source = *r->source;
	char *text = NULL, *program = NULL;
	int result;

	source.names = &names;
	result = convert_name(strchr(section, ':') + 1, &program, cause);
	if (result == 0) {
		expand_set(&names, "program_name", program);
		result = source_get(&source, "socket", NULL, &text, cause);
	}
	if (result == 0 && (text == NULL || *text == '\0'))
		result = cause_set(cause,
		    "[%s] section requires a \"socket\" line", section);
	if (result == 0)
		result = read_socket(r, text, cause);
	expand_table_done(&names);
	free(program);
	free(text);
	return result;
}

int
fcgi_read(const struct source *source, struct fcgi_socket_config *out,
    char **cause)
{
	struct reading r = {
		.source = source,
		.socket = {
			.backlog = SOMAXCONN,
			.mode = DEFAULT_MODE,
			.uid = (uid_t)-1,
			.gid = (gid_t)-1,
		},
	};

	if (read_options(&r, cause) == -1 || read_address(&r, cause) == -1) {
		fcgi_socket_config_done(&r.socket);
		return -1;
	}
	if (r.socket.path != NULL && !r.owner_given && r.has_user &&
	    r.user != getuid()) {
		r.socket.uid = r.user;
		cred_primary_gid(r.user, &r.socket.gid);
	}
	r.socket.has_owner = r.socket.uid != (uid_t)-1;
	r.socket.section = xstrdup(source->section->name);
	*out = r.socket;
	return 0;
}

static bool
has_path(const struct group_config *group, const char *path)
{
	for (size_t i = 0; i < group->fcgi_count; i++) {
		if (group->fcgi[i].path != NULL &&
		    strcmp(group->fcgi[i].path, path) == 0)
			return true;
	}
	return false;
}

/* Groups before the index with a socket at the path. */
static void
warn_of_holders(struct config_reader *reader, size_t index, const char *path)
{
	const struct group_config *groups = reader->config->groups;

	for (size_t i = 0; i < index; i++) {
		if (has_path(&groups[i], path))
			reader_message(reader, LOG_LEVEL_WARN,
			    "groups %s and %s both make the socket %s: "
			    "clients reach the one that is started last",
			    groups[i].name, groups[index].name, path);
	}
}

void
fcgi_find_shared(struct config_reader *reader)
{
	const struct config *config = reader->config;

	for (size_t i = 0; i < config->group_count; i++) {
		const struct group_config *group = &config->groups[i];

		for (size_t k = 0; k < group->fcgi_count; k++) {
			if (group->fcgi[k].path != NULL)
				warn_of_holders(reader, i, group->fcgi[k].path);
		}
	}
}

void
fcgi_socket_config_done(struct fcgi_socket_config *socket)
{
	free(socket->section);
	free(socket->url);
	free(socket->path);
	free(socket->host);
}
