/* SPDX-License-Identifier: ISC */
/*
 * An action is a row of a table: whom it needs, the methods it calls one after
 * the other, and what it then says.  Of two methods the first may fail: what is
 * to be restarted need not run.  A restart that was begun is finished although
 * the browser has gone, or it would have been a stop.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>
#include <time.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "http/url.h"
#include "web/action.h"
#include "web/html.h"
#include "web/origin.h"
#include "xmlrpc/reader.h"

enum target {
	TARGET_NONE, /* the time is put into the message */
	TARGET_PROCESS,
	TARGET_GROUP,
	TARGET_PROGRAM, /* NAME of [program:NAME] */
};

struct action_kind {
	const char *name;
	enum target target;
	const char *methods[2];
	const char *done[2];   /* the message, around the name or the time */
	const char *failed[2]; /* around the name, before the reason */
};

#define PROCESS_ERROR                                                          \
	{                                                                      \
		"ERROR: Process ", ": "                                        \
	}
#define GROUP_ERROR                                                            \
	{                                                                      \
		"ERROR: Group ", ": "                                          \
	}
#define PROGRAM_ERROR                                                          \
	{                                                                      \
		"ERROR: Program ", ": "                                        \
	}
#define NO_WORDS                                                               \
	{                                                                      \
		"", NULL                                                       \
	}

/* Which parameter names whom. */
static const char *const parameters[] = {
	[TARGET_PROCESS] = "processname",
	[TARGET_GROUP] = "groupname",
	[TARGET_PROGRAM] = "program",
};

static const struct action_kind kinds[] = {
	/* clang-format off */
	{ "refresh", TARGET_NONE, { NULL }, { "Page refreshed at ", "" },
	  NO_WORDS },
	{ "stopall", TARGET_NONE, { "supervisor.stopAllProcesses" },
	  { "All stopped at ", "" }, NO_WORDS },
	{ "restartall", TARGET_NONE, { "supervisor.stopAllProcesses",
	  "supervisor.startAllProcesses" }, { "All restarted at ", "" },
	  NO_WORDS },
	{ "start", TARGET_PROCESS, { "supervisor.startProcess" },
	  { "Process ", " started" }, PROCESS_ERROR },
	{ "stop", TARGET_PROCESS, { "supervisor.stopProcess" },
	  { "Process ", " stopped" }, NO_WORDS },
	{ "restart", TARGET_PROCESS, { "supervisor.stopProcess",
	  "supervisor.startProcess" }, { "Process ", " restarted" },
	  PROCESS_ERROR },
	{ "clearlog", TARGET_PROCESS, { "supervisor.clearProcessLogs" },
	  { "Log for ", " cleared" }, NO_WORDS },
	{ "startgroup", TARGET_GROUP, { "supervisor.startProcessGroup" },
	  { "Group ", " started" }, GROUP_ERROR },
	{ "stopgroup", TARGET_GROUP, { "supervisor.stopProcessGroup" },
	  { "Group ", " stopped" }, GROUP_ERROR },
	{ "restartgroup", TARGET_GROUP, { "supervisor.stopProcessGroup",
	  "supervisor.startProcessGroup" }, { "Group ", " restarted" },
	  GROUP_ERROR },
	{ "check", TARGET_PROGRAM, { "preflight.check" },
	  { "Program ", " checked" }, PROGRAM_ERROR },
	/* clang-format on */
};

/* One under way. */
struct action {
	struct actions *actions;
	const struct action_kind *kind;
	struct http_request *request; /* NULL: the browser has gone */
	char *name;		      /* NULL for TARGET_NONE */
	unsigned int step;
	struct rpc_call *call; /* NULL while rpc_execute runs */
	LIST_ENTRY(action) next;
};

struct actions {
	struct supervisor *supervisor;
	struct rpc *rpc;
	LIST_HEAD(, action) all;
};

static void call_step(struct action *);

struct actions *
actions_create(struct supervisor *supervisor, struct rpc *rpc)
{
	struct actions *actions = xcalloc(1, sizeof(*actions));

	actions->supervisor = supervisor;
	actions->rpc = rpc;
	LIST_INIT(&actions->all);
	return actions;
}

static void
action_free(struct action *action)
{
	LIST_REMOVE(action, next);
	free(action->name);
	free(action);
}

void
actions_free(struct actions *actions)
{
	struct action *action;

	if (actions == NULL)
		return;
	while ((action = LIST_FIRST(&actions->all)) != NULL) {
		if (action->request != NULL)
			http_request_on_gone(action->request, NULL, NULL);
		rpc_abandon(action->call);
		action_free(action);
	}
	free(actions);
}

/* Where the browser is sent: the page under the name that it used, as proxies
 * rely on (contract C5.3). */
static void
add_location(struct strbuf *out, const struct http_request *request)
{
	const char *host = http_request_header(request, "Host");
	const char *scheme = http_request_header(request, "X-Forwarded-Proto");
	size_t len = host == NULL ? 0 : strlen(host);

	if (len == 0) {
		strbuf_addstr(out, "./?message=");
		return;
	}
	if (len > 3 && strcmp(host + len - 3, ":80") == 0)
		len -= 3;
	if (scheme == NULL || strcasecmp(scheme, "https") != 0)
		scheme = "http";
	strbuf_addf(out, "%s://%.*s/?message=", scheme, (int)len, host);
}

/* Takes the message. */
static void
redirect(struct http_request *request, char *message)
{
	struct strbuf location = STRBUF_INIT;

	add_location(&location, request);
	url_encode(&location, message);
	html_no_cache(request);
	http_reply_header(request, "Location", location.data);
	/* Not 301: a browser would remember that and never ask again. */
	http_reply_error(request, 303);
	strbuf_done(&location);
	free(message);
}

/* Takes the message. */
static void
finish(struct action *action, char *message)
{
	if (action->request == NULL) {
		free(message);
	} else {
		http_request_on_gone(action->request, NULL, NULL);
		redirect(action->request, message);
	}
	action_free(action);
}

static char *
done_message(const struct action *action)
{
	const char *const *around = action->kind->done;
	time_t now = clock_wall().tv_sec;
	char stamp[64];
	struct tm tm;

	if (action->name != NULL)
		return xasprintf("%s%s%s", around[0], action->name, around[1]);
	localtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%a %b %e %H:%M:%S %Y", &tm);
	return xasprintf("%s%s%s", around[0], stamp, around[1]);
}

/* What a start says about the faults that it expects; NULL for the others. */
static const char *
words_of(const struct action_kind *kind, int fault)
{
	static const struct {
		int fault;
		const char *words;
	} table[] = {
		{ FAULT_NO_FILE, "no such file" },
		{ FAULT_NOT_EXECUTABLE, "file not executable" },
		{ FAULT_ALREADY_STARTED, "already started" },
		{ FAULT_SPAWN_ERROR, "spawn error" },
		{ FAULT_ABNORMAL_TERMINATION, "abnormal termination" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (kind->failed[1] != NULL && table[i].fault == fault)
			return table[i].words;
	}
	return NULL;
}

static char *
failed_message(const struct action *action,
    const struct xmlrpc_response *response)
{
	const struct action_kind *kind = action->kind;
	const char *words = words_of(kind, response->fault_code);
	const char *name = kind->failed[1] == NULL ? "" : action->name;
	const char *behind = kind->failed[1] == NULL ? "" : kind->failed[1];

	if (words != NULL)
		return xasprintf("%s%s%s%s", kind->failed[0], name, behind,
		    words);
	return xasprintf("%s%s%sunexpected rpc fault [%d] %s", kind->failed[0],
	    name, behind, response->fault_code, response->fault_string);
}

static void
on_step_done(struct strbuf *document, void *arg)
{
	struct action *action = arg;
	const struct action_kind *kind = action->kind;
	struct xmlrpc_response response;
	bool is_last = action->step == 1 || kind->methods[1] == NULL;

	action->call = NULL;
	if (!is_last) {
		action->step++;
		call_step(action);
		return;
	}
	if (xmlrpc_read_response(document->data, document->len, &response,
		NULL) == -1) {
		finish(action, xstrdup("unexpected answer"));
		return;
	}
	if (response.result == NULL && kind->target != TARGET_NONE)
		finish(action, failed_message(action, &response));
	else
		finish(action, done_message(action));
	xmlrpc_response_done(&response);
}

static void
call_step(struct action *action)
{
	struct value *params = value_array();
	const struct rpc_execution execution = {
		.rpc = action->actions->rpc,
		.method = action->kind->methods[action->step],
		.params = params,
		.done = on_step_done,
		.arg = action,
	};
	struct rpc_call *call;

	if (action->name != NULL)
		value_push(params, value_string(action->name));
	call = rpc_execute(&execution);
	/* The action may be over by now; then there is no call. */
	if (call != NULL)
		action->call = call;
	value_free(params);
}

static void
on_browser_gone(struct http_request *request, void *arg)
{
	struct action *action = arg;

	(void)request;
	action->request = NULL;
}

static const struct action_kind *
find_kind(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	}
	return NULL;
}

static bool
is_known(struct supervisor *supervisor, const struct action_kind *kind,
    const char *name)
{
	struct process *process = NULL;
	struct group *group;

	switch (kind->target) {
	case TARGET_NONE:
	case TARGET_PROGRAM: /* the method knows them */
		return true;
	case TARGET_GROUP:
		return supervisor_find_group(supervisor, name) != NULL;
	case TARGET_PROCESS:
		break;
	}
	return supervisor_find(supervisor, name, &group, &process) == 0 &&
	    process != NULL;
}

/* Takes the name. */
static void
begin(struct actions *actions, struct http_request *request,
    const struct action_kind *kind, char *name)
{
	struct action *action = xcalloc(1, sizeof(*action));

	action->actions = actions;
	action->kind = kind;
	action->request = request;
	action->name = name;
	LIST_INSERT_HEAD(&actions->all, action, next);
	http_request_on_gone(request, on_browser_gone, action);
	if (kind->methods[0] == NULL)
		finish(action, done_message(action));
	else
		call_step(action);
}

void
actions_serve(struct actions *actions, struct http_request *request,
    const char *name)
{
	const struct action_kind *kind = find_kind(name);
	char *target = NULL;

	if (kind != NULL && kind->target != TARGET_NONE)
		target = http_request_param(request, parameters[kind->target]);
	if (kind == NULL || (kind->target != TARGET_NONE && target == NULL)) {
		http_reply_error(request, 400);
		return;
	}
	if (kind->methods[0] != NULL && origin_is_foreign(request)) {
		origin_refuse(request);
	} else if (!is_known(actions->supervisor, kind, target)) {
		redirect(request,
		    xasprintf("No such %s named %s",
			kind->target == TARGET_GROUP ? "group" : "process",
			target));
	} else {
		begin(actions, request, kind, target);
		return;
	}
	free(target);
}
