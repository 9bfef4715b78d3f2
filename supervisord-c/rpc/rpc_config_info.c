/* SPDX-License-Identifier: ISC */
/*
 * getAllConfigInfo (contract C3.2): the configuration as last read, which after
 * a reread can differ from what runs.
 */
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "rpc/tables.h"

/* A process of the configuration with where it belongs. */
struct entry {
	const struct group_config *group;
	const struct process_config *process;
	size_t position; /* keeps the sort stable */
};

static int
compare_entries(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;
	int order = strcmp(left->process->name, right->process->name);

	if (order != 0)
		return order;
	return left->position < right->position ? -1 : 1;
}

static struct entry *
sorted_entries(const struct config *config, size_t *count)
{
	const struct group_config *group;
	struct entry *entries = NULL;

	*count = 0;
	for (size_t i = 0; i < config->group_count; i++) {
		group = &config->groups[i];
		entries = xreallocarray(entries, *count + group->process_count,
		    sizeof(*entries));
		for (size_t j = 0; j < group->process_count; j++) {
			entries[*count] = (struct entry){
				.group = group,
				.process = &group->processes[j],
				.position = *count,
			};
			++*count;
		}
	}
	if (*count > 1)
		qsort(entries, *count, sizeof(*entries), compare_entries);
	return entries;
}

static struct value *
text_or_none(const char *text)
{
	return value_string(text == NULL ? "none" : text);
}

static struct value *
autorestart_value(enum autorestart autorestart)
{
	if (autorestart == AUTORESTART_UNEXPECTED)
		return value_string("unexpected");
	return value_bool(autorestart == AUTORESTART_ALWAYS);
}

/* An AUTO log has its real path while the process exists. */
static struct value *
logfile_value(const struct channel_config *channel, const char *real_path)
{
	switch (channel->kind) {
	case LOGFILE_PATH:
		return value_string(channel->path);
	case LOGFILE_AUTO:
		return value_string(real_path[0] == '\0' ? "auto" : real_path);
	case LOGFILE_NONE:
		break;
	}
	return value_string("none");
}

static void
add_channel(struct value *row, const char *channel_name,
    const struct channel_config *channel, const char *real_path)
{
	struct {
		const char *suffix;
		struct value *value;
	} members[] = {
		{ "capture_maxbytes", value_int(channel->capture_maxbytes) },
		{ "events_enabled", value_bool(channel->events) },
		{ "logfile", logfile_value(channel, real_path) },
		{ "logfile_backups", value_int(channel->backups) },
		{ "logfile_maxbytes", value_int(channel->maxbytes) },
		{ "syslog", value_bool(channel->syslog) },
	};
	char *name;

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		name = xasprintf("%s_%s", channel_name, members[i].suffix);
		value_set(row, name, members[i].value);
		free(name);
	}
}

static struct value *
exitcodes_value(const struct process_config *process)
{
	struct value *codes = value_array();

	for (size_t i = 0; i < process->exitcode_count; i++)
		value_push(codes, value_int(process->exitcodes[i]));
	return codes;
}

/* What is shown for AUTO, the default, is none. */
static struct value *
serverurl_value(const struct config *config, const struct process_config *p)
{
	if (p->serverurl == NULL)
		return value_string(config->serverurl == NULL ? "none" : "");
	if (config->serverurl != NULL &&
	    strcmp(p->serverurl, config->serverurl) == 0)
		return value_string("none");
	return value_string(p->serverurl);
}

static void
add_beginning(struct value *row, const struct entry *entry, bool inuse)
{
	const struct process_config *process = entry->process;

	value_set(row, "autostart", value_bool(process->autostart));
	value_set(row, "autorestart", autorestart_value(process->autorestart));
	value_set(row, "directory", text_or_none(process->directory));
	value_set(row, "uid",
	    process->has_user ? value_int(process->uid) : value_string("none"));
	value_set(row, "command", value_string(process->command));
	value_set(row, "exitcodes", exitcodes_value(process));
	value_set(row, "group", value_string(entry->group->name));
	value_set(row, "group_prio", value_int(entry->group->priority));
	value_set(row, "inuse", value_bool(inuse));
	value_set(row, "killasgroup", value_bool(process->killasgroup));
	value_set(row, "name", value_string(process->name));
	value_set(row, "process_prio", value_int(process->priority));
	value_set(row, "redirect_stderr", value_bool(process->redirect_stderr));
	value_set(row, "startretries", value_int(process->startretries));
	value_set(row, "startsecs", value_int(process->startsecs));
}

static struct value *
config_row(struct supervisor *supervisor, const struct entry *entry)
{
	const struct process_config *config = entry->process;
	struct process_facts facts = {
		.stdout_logfile = "",
		.stderr_logfile = "",
	};
	struct value *row = value_struct();
	struct group *group =
	    supervisor_find_group(supervisor, entry->group->name);
	struct process *process =
	    group == NULL ? NULL : group_find(group, config->name);

	if (process != NULL)
		process_get_facts(process, &facts);
	add_beginning(row, entry, group != NULL);
	add_channel(row, "stdout", &config->out, facts.stdout_logfile);
	value_set(row, "stopsignal", value_int(config->stopsignal));
	value_set(row, "stopwaitsecs", value_int(config->stopwaitsecs));
	add_channel(row, "stderr", &config->err, facts.stderr_logfile);
	value_set(row, "serverurl",
	    serverurl_value(supervisor_config(supervisor), config));
	return row;
}

void
rpc_get_all_config_info(struct rpc_call *call, const struct value *params)
{
	struct supervisor *supervisor = rpc_call_supervisor(call);
	struct value *rows = value_array();
	struct entry *entries;
	size_t count;

	(void)params;
	entries = sorted_entries(supervisor_config(supervisor), &count);
	for (size_t i = 0; i < count; i++)
		value_push(rows, config_row(supervisor, &entries[i]));
	free(entries);
	rpc_return(call, rows);
}
