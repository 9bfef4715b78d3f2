/* SPDX-License-Identifier: ISC */
/*
 * The options of event listener pools.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "config/convert.h"
#include "config/field.h"
#include "config/listener.h"

#define DEFAULT_HANDLER "supervisor.dispatchers:default_handler"

/* This room knows no events, but a mistyped name is an error in the file.  The
 * unit test compares the list with events/event_type.h. */
static const char *const event_types[] = {
	"EVENT",
	"PROCESS_STATE",
	"PROCESS_STATE_STOPPED",
	"PROCESS_STATE_EXITED",
	"PROCESS_STATE_STARTING",
	"PROCESS_STATE_STOPPING",
	"PROCESS_STATE_BACKOFF",
	"PROCESS_STATE_FATAL",
	"PROCESS_STATE_RUNNING",
	"PROCESS_STATE_UNKNOWN",
	"PROCESS_COMMUNICATION",
	"PROCESS_COMMUNICATION_STDOUT",
	"PROCESS_COMMUNICATION_STDERR",
	"PROCESS_LOG",
	"PROCESS_LOG_STDOUT",
	"PROCESS_LOG_STDERR",
	"REMOTE_COMMUNICATION",
	"SUPERVISOR_STATE_CHANGE",
	"SUPERVISOR_STATE_CHANGE_RUNNING",
	"SUPERVISOR_STATE_CHANGE_STOPPING",
	"TICK",
	"TICK_5",
	"TICK_60",
	"TICK_3600",
	"PROCESS_GROUP",
	"PROCESS_GROUP_ADDED",
	"PROCESS_GROUP_REMOVED",
	"PREFLIGHT",
	"PREFLIGHT_OK",
	"PREFLIGHT_WARN",
	"PREFLIGHT_FAIL",
};

/* The members are read one by one, as checks stand between them. */
struct listener_options {
	int buffer_size;
	char *result_handler;
	char *events;
	bool redirect_stderr;
};

#define ROW(member, kind, value)                                               \
	{                                                                      \
		{                                                              \
			.name = #member,                                       \
			.type = kind,                                          \
			.def = value,                                          \
			.offset = offsetof(struct listener_options, member),   \
		},                                                             \
		{                                                              \
			.name = NULL                                           \
		}                                                              \
	}

bool
is_event_type(const char *name)
{
	for (size_t i = 0; i < sizeof(event_types) / sizeof(event_types[0]);
	     i++) {
		if (strcmp(event_types[i], name) == 0)
			return true;
	}
	return false;
}

static int
check_buffer_size(const struct source *source,
    const struct listener_options *options, struct pool_config *pool,
    char **cause)
{
	pool->buffer_size = options->buffer_size;
	if (pool->buffer_size < 1)
		return cause_set(cause,
		    "[%s] section sets invalid buffer_size (%d)",
		    source->section->name, pool->buffer_size);
	return 0;
}

/* No Python here: only Supervisor's own handler can be had. */
static int
check_handler(const struct source *source,
    const struct listener_options *options, struct pool_config *pool,
    char **cause)
{
	const char *spec = options->result_handler;

	if (strcmp(spec, DEFAULT_HANDLER) != 0)
		return cause_set(cause,
		    "%s cannot be resolved within [%s]: No module named '%.*s'",
		    spec, source->section->name, (int)strcspn(spec, ".:"),
		    spec);
	pool->result_handler = xstrdup(spec);
	return 0;
}

static int
check_events(const struct source *source,
    const struct listener_options *options, struct pool_config *pool,
    char **cause)
{
	struct strvec names = STRVEC_INIT;
	int result = 0;

	convert_list(options->events, &names);
	if (names.len == 0)
		return cause_set(cause,
		    "[%s] section requires an \"events\" line",
		    source->section->name);
	for (size_t i = 0; i < names.len && result == 0; i++) {
		for (char *p = names.items[i]; *p != '\0'; p++)
			*p = (char)toupper((unsigned char)*p);
		if (!is_event_type(names.items[i]))
			result = cause_set(cause,
			    "Unknown event type %s in [%s] events",
			    names.items[i], source->section->name);
		else if (strvec_find(&pool->events, names.items[i]) == -1)
			strvec_push(&pool->events, names.items[i]);
	}
	strvec_done(&names);
	return result;
}

static int
check_redirect(const struct source *source,
    const struct listener_options *options, struct pool_config *pool,
    char **cause)
{
	(void)pool;
	if (!options->redirect_stderr)
		return 0;
	return cause_set(cause,
	    "[%s] section sets redirect_stderr=true but this is not allowed "
	    "because it will interfere with the eventlistener protocol",
	    source->section->name);
}

static const struct {
	struct field table[2];
	int (*check)(const struct source *, const struct listener_options *,
	    struct pool_config *, char **cause);
} steps[] = {
	{ ROW(buffer_size, FIELD_INT, "10"), check_buffer_size },
	{ ROW(result_handler, FIELD_STRING, DEFAULT_HANDLER), check_handler },
	{ ROW(events, FIELD_STRING, ""), check_events },
	{ ROW(redirect_stderr, FIELD_BOOL, "false"), check_redirect },
};

struct pool_config *
pool_config_read(const struct source *source, char **cause)
{
	struct pool_config *pool = xcalloc(1, sizeof(*pool));
	struct listener_options options = { .buffer_size = 0 };
	int result = 0;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && result == 0;
	     i++) {
		result =
		    field_table_read(steps[i].table, source, &options, cause);
		if (result == 0)
			result = steps[i].check(source, &options, pool, cause);
	}
	free(options.result_handler);
	free(options.events);
	if (result == 0)
		return pool;
	pool_config_free(pool);
	return NULL;
}

void
pool_config_free(struct pool_config *pool)
{
	strvec_done(&pool->events);
	free(pool->result_handler);
	free(pool);
}
