/* SPDX-License-Identifier: ISC */
/*
 * The daemon's own options.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cred.h"
#include "base/xmalloc.h"
#include "config/environ.h"
#include "config/path.h"
#include "config/server.h"

#define AT(member) offsetof(struct config, member)

const struct field server_fields[] = {
	{ .name = "minfds",
	    .type = FIELD_INT,
	    .offset = AT(minfds),
	    .def = "1024" },
	{ .name = "minprocs",
	    .type = FIELD_INT,
	    .offset = AT(minprocs),
	    .def = "200" },
	{ .name = "directory",
	    .type = FIELD_DIRECTORY,
	    .offset = AT(directory) },
	{ .name = "user", .type = FIELD_STRING, .offset = AT(user) },
	{ .name = "umask",
	    .type = FIELD_OCTAL,
	    .offset = AT(umask),
	    .def = "022" },
	{ .name = "logfile",
	    .type = FIELD_DIRPATH,
	    .offset = AT(logfile),
	    .def = "supervisord.log" },
	{ .name = "logfile_maxbytes",
	    .type = FIELD_BYTES,
	    .offset = AT(logfile_maxbytes),
	    .def = "50MB" },
	{ .name = "logfile_backups",
	    .type = FIELD_INT,
	    .offset = AT(logfile_backups),
	    .def = "10" },
	{ .name = "loglevel",
	    .type = FIELD_LOGLEVEL,
	    .offset = AT(loglevel),
	    .def = "info" },
	{ .name = "pidfile",
	    .type = FIELD_DIRPATH,
	    .offset = AT(pidfile),
	    .def = "supervisord.pid" },
	{ .name = "identifier",
	    .type = FIELD_STRING,
	    .offset = AT(identifier),
	    .def = "supervisor" },
	{ .name = "nodaemon",
	    .type = FIELD_BOOL,
	    .offset = AT(nodaemon),
	    .def = "false" },
	{ .name = "silent",
	    .type = FIELD_BOOL,
	    .offset = AT(silent),
	    .def = "false" },
	{ .name = "childlogdir",
	    .type = FIELD_DIRECTORY,
	    .offset = AT(childlogdir) },
	{ .name = "nocleanup",
	    .type = FIELD_BOOL,
	    .offset = AT(nocleanup),
	    .def = "false" },
	{ .name = "strip_ansi",
	    .type = FIELD_BOOL,
	    .offset = AT(strip_ansi),
	    .def = "false" },
	{ .name = "environment",
	    .type = FIELD_ENVIRONMENT,
	    .offset = AT(environment) },
	{ .name = NULL },
};

/* Where child logs go if nothing is said (contract D2.4). */
static char *
temporary_directory(const char *base)
{
	const char *const places[] = {
		getenv("TMPDIR"),
		getenv("TEMP"),
		getenv("TMP"),
		"/tmp",
		"/var/tmp",
		"/usr/tmp",
	};
	char *path;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (places[i] == NULL || *places[i] == '\0')
			continue;
		path = path_absolute(places[i], base);
		if (access(path, W_OK | X_OK) == 0)
			return path;
		free(path);
	}
	return path_absolute(".", base);
}

/* The entries become names for everything that is read later. */
static void
publish_environment(struct config_reader *reader)
{
	const struct strvec *env = &reader->config->environment;
	char *name;
	size_t len;

	for (size_t i = 0; i < env->len; i++) {
		len = strcspn(env->items[i], "=");
		name = xasprintf("ENV_%.*s", (int)len, env->items[i]);
		expand_set(&reader->env, name, env->items[i] + len + 1);
		free(name);
	}
}

static int
read_environment(const struct source *source, char **cause)
{
	struct config_reader *reader = source->reader;
	struct source own = *source;
	struct strvec notes = STRVEC_INIT;
	char *text;
	int result;

	own.names = &reader->host;
	if (source_get(&own, "environment", "environment", &text, cause) == -1)
		return -1;
	if (text == NULL)
		return 0;
	result =
	    environ_parse(text, &reader->config->environment, &notes, cause);
	free(text);
	for (size_t i = 0; i < notes.len; i++)
		reader_message(reader, LOG_LEVEL_WARN, "For [supervisord], %s",
		    notes.items[i]);
	strvec_done(&notes);
	if (result == 0)
		publish_environment(reader);
	return result;
}

static void
override_text(char **member, const char *given)
{
	if (given == NULL)
		return;
	free(*member);
	*member = xstrdup(given);
}

static void
override_int(int *member, long long given)
{
	if (given != CONFIG_NOT_GIVEN)
		*member = (int)given;
}

static void
apply_command_line(struct config *config, const struct config_overrides *given)
{
	override_text(&config->user, given->user);
	override_text(&config->directory, given->directory);
	override_text(&config->logfile, given->logfile);
	override_text(&config->pidfile, given->pidfile);
	override_text(&config->identifier, given->identifier);
	override_text(&config->childlogdir, given->childlogdir);
	override_int(&config->logfile_backups, given->logfile_backups);
	override_int(&config->minfds, given->minfds);
	override_int(&config->minprocs, given->minprocs);
	if (given->umask != CONFIG_NOT_GIVEN)
		config->umask = (mode_t)given->umask;
	if (given->logfile_maxbytes != CONFIG_NOT_GIVEN)
		config->logfile_maxbytes = given->logfile_maxbytes;
	if (given->loglevel != -1)
		config->loglevel = (enum log_level)given->loglevel;
	config->nodaemon |= given->nodaemon;
	config->silent |= given->silent;
	config->nocleanup |= given->nocleanup;
	config->strip_ansi |= given->strip_ansi;
}

static void
make_absolute(char **path, const char *base)
{
	char *absolute = path_normalize(*path, base);

	free(*path);
	*path = absolute;
}

static int
settle_logfile(struct config_reader *reader, char **cause)
{
	struct config *config = reader->config;

	if (*config->logfile == '\0')
		return cause_set(cause, "logfile must name a file");
	if (strcmp(config->logfile, "syslog") != 0) {
		make_absolute(&config->logfile, reader->base);
		return 0;
	}
	config->log_to_syslog = true;
	free(config->logfile);
	config->logfile = NULL;
	return 0;
}

int
server_read(struct config_reader *reader, char **cause)
{
	struct config *config = reader->config;
	struct source source = {
		.reader = reader,
		.section = ini_file_section(&reader->ini, "supervisord"),
		.names = &reader->here,
	};

	if (source.section == NULL)
		return cause_set(cause,
		    ".ini file does not include supervisord section");
	if (field_table_read(server_fields, &source, config, cause) == -1 ||
	    read_environment(&source, cause) == -1)
		return -1;
	if (config->childlogdir == NULL)
		config->childlogdir = temporary_directory(reader->base);
	apply_command_line(config, reader->overrides);
	make_absolute(&config->childlogdir, reader->base);
	make_absolute(&config->pidfile, reader->base);
	return settle_logfile(reader, cause);
}

int
server_check_user(struct config_reader *reader, char **cause)
{
	struct config *config = reader->config;

	if (config->user == NULL)
		return 0;
	return cred_parse_user(config->user, &config->uid, cause);
}
