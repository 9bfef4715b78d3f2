/* SPDX-License-Identifier: ISC */
/*
 * The JSON view of struct config.  Options come from the field tables; only
 * what is no option is written out by hand.
 */
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/utf8.h"
#include "base/xmalloc.h"
#include "config/program.h"
#include "config/server.h"
#include "helpers/config_dump.h"

#define HIDDEN "********"

typedef json_t *(*dump_fn)(const struct field *, const void *record);

static const void *
member(const struct field *field, const void *record)
{
	return (const char *)record + field->offset;
}

static const void *
companion(const struct field *field, const void *record)
{
	return (const char *)record + field->companion;
}

/* JSON is UTF-8; other bytes, which paths may have, become U+FFFD. */
static json_t *
repaired(const char *value)
{
	struct strbuf clean = STRBUF_INIT;
	uint32_t code;
	size_t n;
	json_t *result;

	for (; *value != '\0'; value += n > 0 ? n : 1) {
		n = utf8_decode(value, strnlen(value, UTF8_MAX), &code);
		if (n > 0)
			strbuf_add(&clean, value, n);
		else
			strbuf_addstr(&clean, UTF8_REPLACEMENT);
	}
	result = json_string(clean.data);
	strbuf_done(&clean);
	return result;
}

/* Text, or null. */
static json_t *
text(const char *value)
{
	if (value == NULL)
		return json_null();
	return utf8_valid(value, strlen(value)) ? json_string(value)
						: repaired(value);
}

static json_t *
dump_int(const struct field *field, const void *record)
{
	const int *value = member(field, record);

	return json_integer(*value);
}

static json_t *
dump_bool(const struct field *field, const void *record)
{
	const bool *value = member(field, record);

	return json_boolean(*value);
}

static json_t *
dump_bytes(const struct field *field, const void *record)
{
	const int64_t *value = member(field, record);

	return json_integer(*value);
}

static json_t *
dump_octal(const struct field *field, const void *record)
{
	const mode_t *value = member(field, record);

	return json_integer(*value);
}

static json_t *
dump_umask(const struct field *field, const void *record)
{
	const int *value = member(field, record);

	return *value == -1 ? json_null() : json_integer(*value);
}

static json_t *
dump_text(const struct field *field, const void *record)
{
	char *const *value = member(field, record);

	return text(*value);
}

static json_t *
dump_loglevel(const struct field *field, const void *record)
{
	const enum log_level *value = member(field, record);

	return json_integer(*value);
}

static json_t *
dump_autorestart(const struct field *field, const void *record)
{
	const enum autorestart *value = member(field, record);

	if (*value == AUTORESTART_UNEXPECTED)
		return json_string("unexpected");
	return json_boolean(*value == AUTORESTART_ALWAYS);
}

static json_t *
dump_exitcodes(const struct field *field, const void *record)
{
	int *const *codes = member(field, record);
	const size_t *count = companion(field, record);
	json_t *list = json_array();

	for (size_t i = 0; i < *count; i++)
		json_array_append_new(list, json_integer((*codes)[i]));
	return list;
}

static json_t *
dump_user(const struct field *field, const void *record)
{
	const uid_t *uid = member(field, record);
	const bool *given = companion(field, record);

	return *given ? json_integer(*uid) : json_null();
}

static json_t *
dump_logfile(const struct field *field, const void *record)
{
	const struct channel_config *channel = member(field, record);

	if (channel->kind == LOGFILE_AUTO)
		return json_string("AUTO");
	return text(channel->path);
}

static json_t *
dump_environment(const struct field *field, const void *record)
{
	const struct strvec *env = member(field, record);
	json_t *object = json_object(), *shown;
	char *name;

	for (size_t i = 0; i < env->len; i++) {
		size_t len = strcspn(env->items[i], "=");

		name = xstrndup(env->items[i], len);
		shown = text(name);
		json_object_set_new(object, json_string_value(shown),
		    text(env->items[i] + len + 1));
		json_decref(shown);
		free(name);
	}
	return object;
}

static const dump_fn dump_types[] = {
	[FIELD_INT] = dump_int,
	[FIELD_BOOL] = dump_bool,
	[FIELD_BYTES] = dump_bytes,
	[FIELD_OCTAL] = dump_octal,
	[FIELD_UMASK] = dump_umask,
	[FIELD_STRING] = dump_text,
	[FIELD_LOGLEVEL] = dump_loglevel,
	[FIELD_DIRECTORY] = dump_text,
	[FIELD_DIRPATH] = dump_text,
	[FIELD_SIGNAL] = dump_int,
	[FIELD_AUTORESTART] = dump_autorestart,
	[FIELD_EXITCODES] = dump_exitcodes,
	[FIELD_USER] = dump_user,
	[FIELD_NAME] = dump_text,
	[FIELD_SERVERURL] = dump_text,
	[FIELD_LOGFILE] = dump_logfile,
	[FIELD_ENVIRONMENT] = dump_environment,
};

static void
dump_fields(json_t *object, const struct field *field, const void *record)
{
	for (; field->name != NULL; field++) {
		if (!field->reading_only)
			json_object_set_new(object, field->name,
			    dump_types[field->type](field, record));
	}
}

static json_t *
dump_settings(const struct settings *settings)
{
	json_t *object = json_object();

	for (size_t i = 0; i < settings->count; i++)
		json_object_set_new(object, settings->items[i].key,
		    text(settings->items[i].value));
	return object;
}

static json_t *
dump_process(const struct group_config *group,
    const struct process_config *proc)
{
	static const char *const kinds[] = {
		[PROCESS_PROGRAM] = "program",
		[PROCESS_LISTENER] = "eventlistener",
		[PROCESS_FCGI] = "fcgi-program",
	};
	json_t *object = json_object();

	json_object_set_new(object, "group", text(group->name));
	json_object_set_new(object, "group_priority",
	    json_integer(group->priority));
	json_object_set_new(object, "name", text(proc->name));
	json_object_set_new(object, "process_name", text(proc->name));
	json_object_set_new(object, "kind", text(kinds[proc->kind]));
	json_object_set_new(object, "section", text(proc->section));
	json_object_set_new(object, "file", text(proc->file));
	dump_fields(object, program_section_fields, proc);
	dump_fields(object, program_process_fields, proc);
	if (proc->extra.count > 0)
		json_object_set_new(object, "other_keys",
		    dump_settings(&proc->extra));
	return object;
}

struct member {
	const struct group_config *group;
	const struct process_config *proc;
};

static int
compare_members(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	int order = strcmp(x->group->name, y->group->name);

	return order != 0 ? order : strcmp(x->proc->name, y->proc->name);
}

/* All processes, by group and name. */
static json_t *
dump_processes(const struct config *config)
{
	json_t *list = json_array();
	struct member *members = NULL;
	size_t count = 0;

	for (size_t i = 0; i < config->group_count; i++)
		count += config->groups[i].process_count;
	members = xcalloc(count, sizeof(*members));
	count = 0;
	for (size_t i = 0; i < config->group_count; i++) {
		const struct group_config *group = &config->groups[i];

		for (size_t k = 0; k < group->process_count; k++)
			members[count++] = (struct member){
				.group = group,
				.proc = &group->processes[k],
			};
	}
	qsort(members, count, sizeof(*members), compare_members);
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list,
		    dump_process(members[i].group, members[i].proc));
	free(members);
	return list;
}

static json_t *
dump_group(const struct group_config *group)
{
	json_t *object = json_object(), *names = json_array();

	for (size_t i = 0; i < group->process_count; i++)
		json_array_append_new(names, text(group->processes[i].name));
	json_object_set_new(object, "name", text(group->name));
	json_object_set_new(object, "priority", json_integer(group->priority));
	json_object_set_new(object, "processes", names);
	return object;
}

static json_t *
dump_pool(const struct group_config *group)
{
	json_t *object = json_object(), *events = json_array();
	struct strvec sorted = STRVEC_INIT;

	strvec_copy(&sorted, &group->pool->events);
	strvec_sort(&sorted);
	for (size_t i = 0; i < sorted.len; i++)
		json_array_append_new(events, text(sorted.items[i]));
	strvec_done(&sorted);
	json_object_set_new(object, "name", text(group->name));
	json_object_set_new(object, "priority", json_integer(group->priority));
	json_object_set_new(object, "buffer_size",
	    json_integer(group->pool->buffer_size));
	json_object_set_new(object, "events", events);
	json_object_set_new(object, "result_handler",
	    text(group->pool->result_handler));
	return object;
}

/* {"uid": ..., "gid": ...}, null for what stays as it is. */
static json_t *
dump_owner(uid_t uid, gid_t gid)
{
	json_t *object = json_object();

	json_object_set_new(object, "uid",
	    uid == (uid_t)-1 ? json_null() : json_integer(uid));
	json_object_set_new(object, "gid",
	    gid == (gid_t)-1 ? json_null() : json_integer(gid));
	return object;
}

static json_t *
dump_socket(const struct group_config *group,
    const struct fcgi_socket_config *socket)
{
	json_t *object = json_object();

	json_object_set_new(object, "group", text(group->name));
	json_object_set_new(object, "section", text(socket->section));
	json_object_set_new(object, "socket", text(socket->url));
	json_object_set_new(object, "socket_backlog",
	    json_integer(socket->backlog));
	if (socket->path == NULL)
		return object;
	json_object_set_new(object, "socket_mode", json_integer(socket->mode));
	json_object_set_new(object, "socket_owner",
	    dump_owner(socket->uid, socket->gid));
	return object;
}

static json_t *
dump_server(const struct http_server_config *server)
{
	json_t *object = json_object();

	json_object_set_new(object, "section", text(server->section));
	if (server->path != NULL) {
		json_object_set_new(object, "file", text(server->path));
		json_object_set_new(object, "chmod",
		    json_integer(server->mode));
		json_object_set_new(object, "chown",
		    dump_owner(server->uid, server->gid));
	} else {
		json_object_set_new(object, "host", text(server->host));
		json_object_set_new(object, "port", json_integer(server->port));
	}
	json_object_set_new(object, "username", text(server->username));
	json_object_set_new(object, "password",
	    text(server->password != NULL ? HIDDEN : NULL));
	return object;
}

static json_t *
dump_supervisord(const struct config *config)
{
	json_t *object = json_object();

	dump_fields(object, server_fields, config);
	if (config->log_to_syslog)
		json_object_set_new(object, "logfile", json_string("syslog"));
	json_object_set_new(object, "configuration", text(config->path));
	json_object_set_new(object, "serverurl", text(config->serverurl));
	return object;
}

static json_t *
dump_ctl(const struct ctl_config *ctl)
{
	json_t *object = json_object();

	json_object_set_new(object, "serverurl", text(ctl->serverurl));
	json_object_set_new(object, "username", text(ctl->username));
	json_object_set_new(object, "password",
	    text(ctl->password != NULL ? HIDDEN : NULL));
	json_object_set_new(object, "prompt", text(ctl->prompt));
	json_object_set_new(object, "history_file", text(ctl->history_file));
	return object;
}

static json_t *
dump_messages(const struct message *messages, size_t count, bool warnings_only)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++) {
		if (!warnings_only || messages[i].level >= LOG_LEVEL_WARN)
			json_array_append_new(list, text(messages[i].text));
	}
	return list;
}

static json_t *
dump_plugins(const struct config *config)
{
	json_t *object = json_object();

	for (size_t i = 0; i < config->plugin_section_count; i++)
		json_object_set_new(object, config->plugin_sections[i].name,
		    dump_settings(&config->plugin_sections[i].settings));
	return object;
}

json_t *
config_dump(const struct config *config, const struct ctl_config *ctl)
{
	json_t *root = json_object(), *groups = json_array();
	json_t *pools = json_array(), *sockets = json_array();
	json_t *servers = json_array();

	for (size_t i = 0; i < config->group_count; i++) {
		const struct group_config *group = &config->groups[i];

		json_array_append_new(groups, dump_group(group));
		if (group->pool != NULL)
			json_array_append_new(pools, dump_pool(group));
		for (size_t k = 0; k < group->fcgi_count; k++)
			json_array_append_new(sockets,
			    dump_socket(group, &group->fcgi[k]));
	}
	for (size_t i = 0; i < config->server_count; i++)
		json_array_append_new(servers,
		    dump_server(&config->servers[i]));
	json_object_set_new(root, "processes", dump_processes(config));
	json_object_set_new(root, "groups", groups);
	json_object_set_new(root, "eventlisteners", pools);
	json_object_set_new(root, "fcgi_sockets", sockets);
	json_object_set_new(root, "servers", servers);
	json_object_set_new(root, "supervisord", dump_supervisord(config));
	json_object_set_new(root, "supervisorctl",
	    ctl != NULL ? dump_ctl(ctl) : json_null());
	json_object_set_new(root, "plugins", dump_plugins(config));
	json_object_set_new(root, "warnings",
	    dump_messages(config->messages, config->message_count, true));
	json_object_set_new(root, "hints",
	    dump_messages(config->hints, config->hint_count, false));
	return root;
}

json_t *
config_dump_error(const char *cause)
{
	json_t *root = json_object();

	json_object_set_new(root, "error", text(cause));
	return root;
}
