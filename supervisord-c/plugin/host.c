/* SPDX-License-Identifier: ISC */
/*
 * What a plugin may do, as narrow functions over the rooms below.  The table is
 * the first member of struct host, so that each function finds its host.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/helper_path.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "plugin/child.h"
#include "plugin/host.h"

/* One namespace that the plugin added: its table in the form of room rpc. */
struct host_namespace {
	struct host *host;
	const struct supd_method *methods;
	size_t count;
	void *arg;
	struct rpc_method *rows;
	SLIST_ENTRY(host_namespace) next;
};

/* A call that the plugin has not answered yet. */
struct host_call {
	struct rpc_call *call;
	LIST_ENTRY(host_call) next;
};

struct host_child {
	struct host *host;
	struct supd_child *child;
	void (*done)(const struct supd_result *, void *);
	void *arg;
	LIST_ENTRY(host_child) next;
};

struct supd_timer {
	struct loop_timer *timer;
	LIST_ENTRY(supd_timer) next;
};

struct host {
	struct supd_host table; /* first */
	struct host_parts parts;
	void (
	    *ask)(struct supd_question *, const struct supd_process *, void *);
	void (*cancel)(struct supd_question *, void *);
	void *gate_arg;
	void (*running)(const struct supd_process *, void *);
	void *running_arg;
	struct bus_subscription *states;
	SLIST_HEAD(, host_namespace) namespaces;
	LIST_HEAD(, host_call) calls;
	LIST_HEAD(, host_child) children;
	LIST_HEAD(, supd_timer) timers;
	char *helper; /* what helper_path returned last */
};

static struct host *
host_of(const struct supd_host *table)
{
	return (struct host *)table;
}

static void
host_log(const struct supd_host *table, enum supd_level level, const char *text)
{
	(void)table;
	log_text((enum log_level)level, text);
}

static const char *
host_section_option(const struct supd_host *table, const char *section,
    const char *key)
{
	const struct config *config =
	    supervisor_config(host_of(table)->parts.supervisor);

	for (size_t i = 0; i < config->plugin_section_count; i++) {
		if (strcmp(config->plugin_sections[i].name, section) == 0)
			return settings_get(
			    &config->plugin_sections[i].settings, key);
	}
	return NULL;
}

static const char *
host_section_name(const struct supd_host *table, size_t index)
{
	const struct config *config =
	    supervisor_config(host_of(table)->parts.supervisor);

	return index < config->plugin_section_count
	    ? config->plugin_sections[index].name
	    : NULL;
}

static struct process *
find_process(const struct host *host, const char *group_name,
    const char *process_name)
{
	struct group *group =
	    supervisor_find_group(host->parts.supervisor, group_name);

	return group == NULL ? NULL : group_find(group, process_name);
}

static const char *
host_program_option(const struct supd_host *table, const char *group_name,
    const char *process_name, const char *key)
{
	struct process *process =
	    find_process(host_of(table), group_name, process_name);

	if (process == NULL)
		return NULL;
	return settings_get(&process_config(process)->extra, key);
}

static const char *
host_config_path(const struct supd_host *table)
{
	return supervisor_config(host_of(table)->parts.supervisor)->path;
}

static struct supd_process
names_of(const struct process *process)
{
	return (struct supd_process){
		.group = process_group_name(process),
		.name = process_config(process)->name,
		.program = process_config(process)->program,
	};
}

static void
host_each_process(const struct supd_host *table,
    void (*fn)(const struct supd_process *, void *), void *arg)
{
	struct supervisor *supervisor = host_of(table)->parts.supervisor;
	struct supd_process names;
	struct group *group;

	for (size_t i = 0; i < supervisor_group_count(supervisor); i++) {
		group = supervisor_group(supervisor, i);
		for (size_t j = 0; j < group_count(group); j++) {
			names = names_of(group_process(group, j));
			fn(&names, arg);
		}
	}
}

/*
 * The gate.  A plugin's question is the gate's question: the type is opaque to
 * the plugin, so the pointer itself serves.
 */
static void
on_gate_asked(struct gate_question *question, const char *group,
    const char *process, const void *config, void *arg)
{
	const struct process_config *process_conf = config;
	struct host *host = arg;
	struct supd_process names = {
		.group = group,
		.name = process,
		.program = process_conf->program,
	};

	host->ask((struct supd_question *)question, &names, host->gate_arg);
}

static void
on_gate_cancelled(struct gate_question *question, void *arg)
{
	struct host *host = arg;

	host->cancel((struct supd_question *)question, host->gate_arg);
}

static void
host_gate_keep(const struct supd_host *table,
    void (*ask)(struct supd_question *, const struct supd_process *, void *),
    void (*cancel)(struct supd_question *, void *), void *arg)
{
	struct host *host = host_of(table);

	host->ask = ask;
	host->cancel = cancel;
	host->gate_arg = arg;
	gate_set_keeper(host->parts.gate, on_gate_asked, on_gate_cancelled,
	    host);
}

static void
host_gate_answer(const struct supd_host *table, struct supd_question *question,
    const char *refusal)
{
	(void)table;
	gate_answer((struct gate_question *)question, refusal);
}

/*
 * RPC.  All methods of plugins enter here and are told apart by their name.
 */
static void
on_method_called(struct rpc_call *call, const struct value *params)
{
	struct host_namespace *space = rpc_call_arg(call);
	const char *name = rpc_call_method(call);
	struct host_call *entry;

	(void)params;
	for (size_t i = 0; i < space->count; i++) {
		if (strcmp(space->methods[i].name, name) != 0)
			continue;
		entry = xcalloc(1, sizeof(*entry));
		entry->call = call;
		LIST_INSERT_HEAD(&space->host->calls, entry, next);
		space->methods[i].fn((struct supd_call *)call, space->arg);
		return;
	}
	rpc_return_fault(call, FAULT_UNKNOWN_METHOD, NULL);
}

/* The call, which is answered now. */
static struct rpc_call *
take_call(struct host *host, struct supd_call *call)
{
	struct host_call *entry;

	LIST_FOREACH(entry, &host->calls, next) {
		if (entry->call == (struct rpc_call *)call)
			break;
	}
	assert(entry != NULL);
	LIST_REMOVE(entry, next);
	free(entry);
	return (struct rpc_call *)call;
}

/* The plugin has gone and answers no more. */
static void
refuse_call(struct host_call *entry)
{
	struct rpc_call *call = entry->call;

	LIST_REMOVE(entry, next);
	free(entry);
	rpc_return_fault(call, FAULT_SHUTDOWN_STATE, NULL);
}

static int
host_rpc_register(const struct supd_host *table, const char *name,
    const struct supd_method *methods, size_t count, void *arg)
{
	struct host *host = host_of(table);
	struct host_namespace *space = xcalloc(1, sizeof(*space));

	space->host = host;
	space->methods = methods;
	space->count = count;
	space->arg = arg;
	space->rows = xcalloc(count, sizeof(*space->rows));
	for (size_t i = 0; i < count; i++) {
		space->rows[i].name = methods[i].name;
		space->rows[i].signature = methods[i].signature;
		space->rows[i].required = methods[i].required;
		space->rows[i].help = methods[i].help;
		space->rows[i].fn = on_method_called;
	}
	SLIST_INSERT_HEAD(&host->namespaces, space, next);
	return rpc_add_namespace(host->parts.rpc, name, space->rows, count,
	    space);
}

static const char *
host_rpc_param(const struct supd_host *table, const struct supd_call *call,
    unsigned int index)
{
	const struct value *param =
	    value_item(rpc_call_params((const struct rpc_call *)call), index);

	(void)table;
	return param == NULL ? NULL : value_as_string(param, NULL);
}

static struct value *
to_value(const struct supd_value *plain)
{
	struct value *value;

	switch (plain->type) {
	case SUPD_INT:
		return value_int(plain->number);
	case SUPD_BOOL:
		return value_bool(plain->number != 0);
	case SUPD_STRING:
		return value_string(plain->text == NULL ? "" : plain->text);
	case SUPD_ARRAY:
		value = value_array();
		for (size_t i = 0; i < plain->count; i++)
			value_push(value, to_value(&plain->items[i]));
		return value;
	case SUPD_STRUCT:
		value = value_struct();
		for (size_t i = 0; i < plain->count; i++)
			value_set(value, plain->items[i].name,
			    to_value(&plain->items[i]));
		return value;
	}
	return value_nil();
}

static void
host_rpc_return(const struct supd_host *table, struct supd_call *call,
    const struct supd_value *result)
{
	rpc_return(take_call(host_of(table), call), to_value(result));
}

static void
host_rpc_fault(const struct supd_host *table, struct supd_call *call, int code,
    const char *detail)
{
	rpc_return_fault(take_call(host_of(table), call), (enum fault)code,
	    detail);
}

static void
host_publish(const struct supd_host *table, const char *type,
    const char *payload)
{
	enum event_type number = event_type_parse(type);

	if (number == EVENT_TYPE_COUNT ||
	    !event_type_is_a(number, EV_PREFLIGHT)) {
		log_warnx("a plugin may not publish '%s' events", type);
		return;
	}
	bus_publish(supervisor_bus(host_of(table)->parts.supervisor), number,
	    payload, strlen(payload));
}

/*
 * Helper processes and timers: listed, so that none outlives the plugin.
 */
static void
on_child_done(const struct supd_result *result, void *arg)
{
	struct host_child *entry = arg;

	LIST_REMOVE(entry, next);
	entry->done(result, entry->arg);
	free(entry);
}

static struct supd_child *
host_run_child_with(const struct supd_host *table, const char *const *argv,
    int input, int64_t deadline_ms, size_t max_output,
    void (*done)(const struct supd_result *, void *), void *arg)
{
	struct host *host = host_of(table);
	struct host_child *entry = xcalloc(1, sizeof(*entry));
	struct child_options options = {
		.argv = argv,
		.input = input,
		.deadline_ms = deadline_ms,
		.max_output = max_output,
		.done = on_child_done,
		.arg = entry,
	};

	entry->host = host;
	entry->done = done;
	entry->arg = arg;
	entry->child = child_run(host->parts.supervisor, &options);
	LIST_INSERT_HEAD(&host->children, entry, next);
	return entry->child;
}

static struct supd_child *
host_run_child(const struct supd_host *table, const char *const *argv,
    int64_t deadline_ms, size_t max_output,
    void (*done)(const struct supd_result *, void *), void *arg)
{
	return host_run_child_with(table, argv, -1, deadline_ms, max_output,
	    done, arg);
}

static void
drop_child(struct host_child *entry)
{
	LIST_REMOVE(entry, next);
	child_kill(entry->child);
	free(entry);
}

static void
host_kill_child(const struct supd_host *table, struct supd_child *child)
{
	struct host_child *entry;

	LIST_FOREACH(entry, &host_of(table)->children, next) {
		if (entry->child == child) {
			drop_child(entry);
			return;
		}
	}
}

static struct supd_timer *
host_timer_create(const struct supd_host *table, void (*fn)(void *), void *arg)
{
	struct host *host = host_of(table);
	struct supd_timer *timer = xcalloc(1, sizeof(*timer));

	timer->timer =
	    loop_timer_create(supervisor_loop(host->parts.supervisor), fn, arg);
	LIST_INSERT_HEAD(&host->timers, timer, next);
	return timer;
}

static void
host_timer_set(const struct supd_host *table, struct supd_timer *timer,
    int64_t delay_ms)
{
	(void)table;
	loop_timer_set(timer->timer, delay_ms);
}

static void
host_timer_free(const struct supd_host *table, struct supd_timer *timer)
{
	(void)table;
	if (timer == NULL)
		return;
	LIST_REMOVE(timer, next);
	loop_timer_free(timer->timer);
	free(timer);
}

static const char *
host_helper_path(const struct supd_host *table, const char *name)
{
	struct host *host = host_of(table);

	free(host->helper);
	host->helper = helper_path(HELPER_INTERNAL, name);
	return host->helper;
}

/* "processname:NAME groupname:GROUP from_state:..." */
static struct process *
process_of_event(const struct host *host, const struct event *event)
{
	char *text = xstrndup(event->payload, event->len);
	char *group = strstr(text, " groupname:");
	char *rest = group == NULL ? NULL : strstr(group, " from_state:");
	struct process *process = NULL;

	if (rest != NULL) {
		*group = *rest = '\0';
		process = find_process(host, group + strlen(" groupname:"),
		    text + strlen("processname:"));
	}
	free(text);
	return process;
}

static void
on_running(const struct event *event, void *arg)
{
	struct host *host = arg;
	const struct process *process = process_of_event(host, event);
	struct supd_process names;

	if (process == NULL)
		return;
	names = names_of(process);
	host->running(&names, host->running_arg);
}

static void
host_watch_running(const struct supd_host *table,
    void (*fn)(const struct supd_process *, void *), void *arg)
{
	struct host *host = host_of(table);

	host->running = fn;
	host->running_arg = arg;
	if (host->states == NULL)
		host->states =
		    bus_subscribe(supervisor_bus(host->parts.supervisor),
			EV_PROCESS_STATE_RUNNING, on_running, host);
}

static bool
host_start_fatal(const struct supd_host *table, const char *group,
    const char *name)
{
	const struct host *host = host_of(table);
	struct process *process = find_process(host, group, name);

	return supervisor_mood(host->parts.supervisor) == MOOD_RUNNING &&
	    process != NULL && process_state(process) == PROC_FATAL &&
	    process_start(process);
}

static const struct supd_host functions = {
	.abi = SUPD_PLUGIN_ABI,
	.size = sizeof(struct supd_host),
	.log = host_log,
	.section_option = host_section_option,
	.program_option = host_program_option,
	.config_path = host_config_path,
	.each_process = host_each_process,
	.gate_keep = host_gate_keep,
	.gate_answer = host_gate_answer,
	.rpc_register = host_rpc_register,
	.rpc_param = host_rpc_param,
	.rpc_return = host_rpc_return,
	.rpc_fault = host_rpc_fault,
	.publish = host_publish,
	.run_child = host_run_child,
	.kill_child = host_kill_child,
	.timer_create = host_timer_create,
	.timer_set = host_timer_set,
	.timer_free = host_timer_free,
	.helper_path = host_helper_path,
	.run_child_with = host_run_child_with,
	.watch_running = host_watch_running,
	.start_fatal = host_start_fatal,
	.section_name = host_section_name,
};

struct host *
host_create(const struct host_parts *parts)
{
	struct host *host = xcalloc(1, sizeof(*host));

	host->table = functions;
	host->parts = *parts;
	SLIST_INIT(&host->namespaces);
	LIST_INIT(&host->calls);
	LIST_INIT(&host->children);
	LIST_INIT(&host->timers);
	return host;
}

void
host_free(struct host *host)
{
	struct host_namespace *space;

	if (host == NULL)
		return;
	bus_unsubscribe(host->states);
	if (host->ask != NULL)
		gate_set_keeper(host->parts.gate, NULL, NULL, NULL);
	while (!LIST_EMPTY(&host->calls))
		refuse_call(LIST_FIRST(&host->calls));
	while (!LIST_EMPTY(&host->children))
		drop_child(LIST_FIRST(&host->children));
	while (!LIST_EMPTY(&host->timers))
		host_timer_free(&host->table, LIST_FIRST(&host->timers));
	while ((space = SLIST_FIRST(&host->namespaces)) != NULL) {
		SLIST_REMOVE_HEAD(&host->namespaces, next);
		free(space->rows);
		free(space);
	}
	free(host->helper);
	free(host);
}

const struct supd_host *
host_table(const struct host *host)
{
	return &host->table;
}
