/* SPDX-License-Identifier: ISC */
/*
 * config_load: the order of the whole.  Everything is read into a new struct
 * config; a mistake anywhere frees it and changes nothing else.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/xmalloc.h"
#include "config/fcgi.h"
#include "config/group.h"
#include "config/hints.h"
#include "config/http.h"
#include "config/include.h"
#include "config/path.h"
#include "config/plugin_settings.h"
#include "config/rpcinterface.h"
#include "config/search.h"
#include "config/server.h"
#include "config/shared_logs.h"

/* All names of the process's environment, then those that were kept. */
static void
fill_env(struct config_reader *reader, const struct strvec *keep_env)
{
	struct strvec kept = STRVEC_INIT;
	char *name;

	for (char **e = environ; *e != NULL; e++)
		strvec_push(&kept, *e);
	for (size_t i = 0; keep_env != NULL && i < keep_env->len; i++)
		strvec_push(&kept, keep_env->items[i]);
	for (size_t i = 0; i < kept.len; i++) {
		size_t len = strcspn(kept.items[i], "=");

		if (kept.items[i][len] == '\0')
			continue;
		name = xasprintf("ENV_%.*s", (int)len, kept.items[i]);
		expand_set(&reader->env, name, kept.items[i] + len + 1);
		free(name);
	}
	strvec_done(&kept);
	reader->env.unlisted = keep_env != NULL;
}

static void
reader_init(struct config_reader *reader, const struct config_overrides *given,
    struct config *config)
{
	struct utsname uts;

	*reader = (struct config_reader){
		.overrides = given,
		.config = config,
		.ini = INI_FILE_INIT,
		.base = path_absolute(given->base != NULL ? given->base : ".",
		    NULL),
	};
	reader->here.parent = &reader->env;
	reader->host.parent = &reader->here;
	uname(&uts);
	expand_set(&reader->host, "host_node_name", uts.nodename);
}

static void
reader_done(struct config_reader *reader)
{
	ini_file_done(&reader->ini);
	expand_table_done(&reader->env);
	expand_table_done(&reader->here);
	expand_table_done(&reader->host);
	free(reader->base);
}

static int
nothing_found(const char *program, char **cause)
{
	struct strvec places = STRVEC_INIT;
	char *list;

	config_search_places(program, &places);
	list = strvec_join(&places, ", ");
	cause_set(cause,
	    "No config file found at default paths (%s); use the -c option to "
	    "specify a config file at a different path",
	    list);
	free(list);
	strvec_done(&places);
	return -1;
}

static int
read_file(struct config_reader *reader, char **cause)
{
	const char *path = reader->config->path;
	char *full = path_join(path, reader->base), *data = NULL;
	struct stat st;
	size_t len;
	int result;

	if (*path == '\0' || stat(full, &st) == -1)
		result =
		    cause_set(cause, "could not find config file %s", path);
	else if ((data = fd_read_file(full, CONFIG_FILE_MAX, &len)) == NULL)
		result =
		    cause_set(cause, "could not read config file %s", path);
	else
		result = ini_file_add(&reader->ini, path, data, len, cause);
	free(data);
	free(full);
	return result;
}

/* Decides on the file and reads it. */
static int
read_main_file(struct config_reader *reader, char **cause)
{
	struct config *config = reader->config;
	const struct config_overrides *given = reader->overrides;
	char *folder;

	config->path = given->path != NULL
	    ? xstrdup(given->path)
	    : config_search(given->program, reader->base);
	if (config->path == NULL)
		return nothing_found(given->program, cause);
	folder = path_directory(config->path);
	config->here = path_absolute(folder, reader->base);
	free(folder);
	expand_set(&reader->here, "here", config->here);
	return read_file(reader, cause);
}

/* Which URL a process is told, if that is left to the daemon. */
static void
set_serverurls(struct config *config)
{
	struct process_config *proc;

	for (size_t i = 0; i < config->group_count; i++) {
		for (size_t k = 0; k < config->groups[i].process_count; k++) {
			proc = &config->groups[i].processes[k];
			if (!proc->serverurl_auto)
				continue;
			free(proc->serverurl);
			proc->serverurl = config->serverurl == NULL
			    ? NULL
			    : xstrdup(config->serverurl);
		}
	}
}

static int
compare_messages(const void *a, const void *b)
{
	const struct message *x = *(const struct message *const *)a;
	const struct message *y = *(const struct message *const *)b;

	if (x->level != y->level)
		return x->level > y->level ? -1 : 1;
	return x < y ? -1 : 1;
}

/* Warnings before infos, each in the order they were found. */
static void
sort_messages(struct config *config)
{
	size_t count = config->message_count;
	struct message **order = xcalloc(count, sizeof(*order));
	struct message *sorted = xcalloc(count, sizeof(*sorted));

	for (size_t i = 0; i < count; i++)
		order[i] = &config->messages[i];
	qsort(order, count, sizeof(*order), compare_messages);
	for (size_t i = 0; i < count; i++)
		sorted[i] = *order[i];
	free(order);
	free(config->messages);
	config->messages = sorted;
}

/* The order in which mistakes are reported (contract D2.13). */
static int
read_all(struct config_reader *reader, char **cause)
{
	static int (*const steps[])(struct config_reader *, char **) = {
		read_main_file,
		includes_read,
		server_read,
		rpcinterfaces_read,
		groups_read,
		servers_read,
		server_check_user,
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (steps[i](reader, cause) == -1)
			return -1;
	}
	plugin_sections_read(reader);
	hints_find(reader);
	shared_logs_find(reader);
	fcgi_find_shared(reader);
	set_serverurls(reader->config);
	sort_messages(reader->config);
	return 0;
}

struct config *
config_load(const struct config_overrides *given, const struct strvec *keep_env,
    char **cause)
{
	struct config *config = xcalloc(1, sizeof(*config));
	struct config_reader reader;
	int result;

	reader_init(&reader, given, config);
	fill_env(&reader, keep_env);
	result = read_all(&reader, cause);
	reader_done(&reader);
	if (result == 0)
		return config;
	config_free(config);
	return NULL;
}

static void
messages_done(struct message *messages, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(messages[i].text);
	free(messages);
}

static void
plugins_done(struct config *config)
{
	for (size_t i = 0; i < config->rpcinterface_count; i++) {
		free(config->rpcinterfaces[i].name);
		settings_done(&config->rpcinterfaces[i].extra);
	}
	for (size_t i = 0; i < config->plugin_section_count; i++) {
		free(config->plugin_sections[i].name);
		settings_done(&config->plugin_sections[i].settings);
	}
	free(config->rpcinterfaces);
	free(config->plugin_sections);
}

void
config_free(struct config *config)
{
	if (config == NULL)
		return;
	for (size_t i = 0; i < config->group_count; i++)
		group_config_done(&config->groups[i]);
	for (size_t i = 0; i < config->server_count; i++)
		http_server_config_done(&config->servers[i]);
	plugins_done(config);
	messages_done(config->messages, config->message_count);
	messages_done(config->hints, config->hint_count);
	field_table_done(server_fields, config);
	free(config->groups);
	free(config->servers);
	free(config->serverurl);
	free(config->path);
	free(config->here);
	strvec_done(&config->files);
	strvec_done(&config->patterns);
	free(config);
}

const struct group_config *
config_find_group(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->group_count; i++) {
		if (strcmp(config->groups[i].name, name) == 0)
			return &config->groups[i];
	}
	return NULL;
}

void
config_keep_serverurl(struct config *config, const struct config *old)
{
	free(config->serverurl);
	config->serverurl =
	    old->serverurl == NULL ? NULL : xstrdup(old->serverurl);
	set_serverurls(config);
}
