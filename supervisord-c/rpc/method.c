/* SPDX-License-Identifier: ISC */
/*
 * The life of a call: found in a namespace's table, checked for arity and mood,
 * run, answered.  The answer is written once, either as a document of its own
 * or bare into the document of the multicall that the call is part of.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/log.h"
#include "base/xmalloc.h"
#include "rpc/call.h"
#include "rpc/tables.h"
#include "xmlrpc/writer.h"

struct namespace
{
	char *name;
	const struct rpc_method *methods;
	size_t count;
	void *arg;
	SLIST_ENTRY(namespace) next;
};

struct rpc {
	struct supervisor *supervisor;
	SLIST_HEAD(, namespace) namespaces;
};

struct rpc_call {
	struct rpc *rpc;
	const struct namespace *space;
	const struct rpc_method *method;
	const struct value *params; /* valid while the method's fn runs */
	char *full_name;
	struct strbuf own;  /* the document of a call that is not bare */
	struct strbuf *out; /* own, or the multicall's */
	bool bare;
	bool is_request;
	bool brief;
	bool abandoned;
	bool *ended; /* told when the call ends within rpc_execute */
	rpc_cancel_fn cancel;
	void *cancel_arg;
	rpc_done_fn done;
	void *arg;
};

int
rpc_add_namespace(struct rpc *rpc, const char *name,
    const struct rpc_method *methods, size_t count, void *arg)
{
	struct namespace *space;

	SLIST_FOREACH(space, &rpc->namespaces, next)
	{
		if (strcmp(space->name, name) == 0)
			return -1;
	}
	space = xcalloc(1, sizeof(*space));
	space->name = xstrdup(name);
	space->methods = methods;
	space->count = count;
	space->arg = arg;
	SLIST_INSERT_HEAD(&rpc->namespaces, space, next);
	return 0;
}

struct rpc *
rpc_create(struct supervisor *supervisor)
{
	const struct config *config = supervisor_config(supervisor);
	struct rpc *rpc = xcalloc(1, sizeof(*rpc));

	rpc->supervisor = supervisor;
	SLIST_INIT(&rpc->namespaces);
	rpc_add_namespace(rpc, "system", rpc_system_methods,
	    rpc_system_method_count, rpc);
	/* Without such a section there is no control: contract C8. */
	for (size_t i = 0; i < config->rpcinterface_count; i++)
		rpc_add_namespace(rpc, config->rpcinterfaces[i].name,
		    rpc_supervisor_methods, rpc_supervisor_method_count, rpc);
	return rpc;
}

void
rpc_free(struct rpc *rpc)
{
	struct namespace *space;

	if (rpc == NULL)
		return;
	while ((space = SLIST_FIRST(&rpc->namespaces)) != NULL) {
		SLIST_REMOVE_HEAD(&rpc->namespaces, next);
		free(space->name);
		free(space);
	}
	free(rpc);
}

void
rpc_each_method(const struct rpc *rpc, rpc_method_fn fn, void *arg)
{
	const struct namespace *space;

	SLIST_FOREACH(space, &rpc->namespaces, next)
	{
		for (size_t i = 0; i < space->count; i++)
			fn(space->name, &space->methods[i], arg);
	}
}

/* Finds "namespace.method", exactly two parts. */
static const struct rpc_method *
find_method(const struct rpc *rpc, const char *full_name,
    const struct namespace **found)
{
	const char *dot = strchr(full_name, '.');
	const struct namespace *space;

	if (dot == NULL)
		return NULL;
	SLIST_FOREACH(space, &rpc->namespaces, next)
	{
		if (strlen(space->name) != (size_t)(dot - full_name) ||
		    strncmp(space->name, full_name, strlen(space->name)) != 0)
			continue;
		for (size_t i = 0; i < space->count; i++) {
			if (strcmp(space->methods[i].name, dot + 1) == 0) {
				*found = space;
				return &space->methods[i];
			}
		}
	}
	return NULL;
}

const struct rpc_method *
rpc_find_method(const struct rpc *rpc, const char *full_name)
{
	const struct namespace *space;

	return find_method(rpc, full_name, &space);
}

/* Parameters are what a signature lists behind the result's type. */
static size_t
parameter_limit(const struct rpc_method *method)
{
	size_t commas = 0;

	for (const char *p = method->signature; *p != '\0'; p++)
		commas += *p == ',';
	return commas;
}

static void
call_free(struct rpc_call *call)
{
	strbuf_done(&call->own);
	free(call->full_name);
	free(call);
}

static void
end_call(struct rpc_call *call)
{
	if (call->ended != NULL)
		*call->ended = true;
	if (!call->abandoned)
		call->done(call->out, call->arg);
	call_free(call);
}

static void
note_success(const struct rpc_call *call)
{
	if (call->is_request)
		log_trace("XML-RPC method %s() returned successfully",
		    call->full_name);
}

void
rpc_return(struct rpc_call *call, struct value *result)
{
	if (call->bare)
		xmlrpc_write_value(call->out, result);
	else
		xmlrpc_write_response(call->out, result);
	value_free(result);
	note_success(call);
	end_call(call);
}

void
rpc_return_written(struct rpc_call *call, void (*fn)(struct strbuf *, void *),
    void *arg)
{
	if (!call->bare)
		xmlrpc_begin_response(call->out);
	fn(call->out, arg);
	if (!call->bare)
		xmlrpc_end_response(call->out);
	note_success(call);
	end_call(call);
}

void
rpc_return_fault(struct rpc_call *call, enum fault code, const char *detail)
{
	char *text = fault_text(code, detail);

	if (call->bare)
		xmlrpc_write_fault_value(call->out, (int)code, text);
	else
		xmlrpc_write_fault(call->out, (int)code, text);
	if (call->is_request)
		log_trace("XML-RPC method %s() returned fault: [%d] %s",
		    call->full_name, (int)code, text);
	free(text);
	end_call(call);
}

static void
run_call(struct rpc_call *call, const struct value *params)
{
	size_t count = value_count(params);

	call->method = find_method(call->rpc, call->full_name, &call->space);
	if (call->method == NULL) {
		rpc_return_fault(call, FAULT_UNKNOWN_METHOD, NULL);
	} else if (count < call->method->required ||
	    count > parameter_limit(call->method)) {
		rpc_return_fault(call, FAULT_INCORRECT_PARAMETERS, NULL);
	} else if (!call->method->even_in_shutdown &&
	    supervisor_mood(call->rpc->supervisor) < MOOD_RUNNING) {
		rpc_return_fault(call, FAULT_SHUTDOWN_STATE, NULL);
	} else {
		call->params = params;
		call->method->fn(call, params);
	}
}

struct rpc_call *
rpc_execute_into(struct strbuf *out, const struct rpc_execution *execution)
{
	struct rpc_call *call = xcalloc(1, sizeof(*call));
	bool ended = false;

	call->rpc = execution->rpc;
	call->full_name = xstrdup(execution->method);
	call->is_request = execution->is_request;
	call->brief = execution->brief;
	call->done = execution->done;
	call->arg = execution->arg;
	strbuf_init(&call->own);
	call->bare = out != NULL;
	call->out = call->bare ? out : &call->own;
	call->ended = &ended;
	if (call->is_request)
		log_trace("XML-RPC method called: %s()", call->full_name);
	run_call(call, execution->params);
	if (ended)
		return NULL;
	call->ended = NULL;
	call->params = NULL;
	return call;
}

struct rpc_call *
rpc_execute(const struct rpc_execution *execution)
{
	return rpc_execute_into(NULL, execution);
}

void
rpc_defer(struct rpc_call *call, rpc_cancel_fn cancel, void *arg)
{
	call->cancel = cancel;
	call->cancel_arg = arg;
}

void
rpc_abandon(struct rpc_call *call)
{
	assert(!call->abandoned);
	call->abandoned = true;
	if (call->cancel == NULL) {
		/* A plugin holds it and answers some day, into nothing. */
		call->bare = false;
		call->out = &call->own;
		return;
	}
	call->cancel(call->cancel_arg);
	call_free(call);
}

struct supervisor *
rpc_call_supervisor(const struct rpc_call *call)
{
	return call->rpc->supervisor;
}

struct rpc *
rpc_call_rpc(const struct rpc_call *call)
{
	return call->rpc;
}

void *
rpc_call_arg(const struct rpc_call *call)
{
	return call->space->arg;
}

const char *
rpc_call_method(const struct rpc_call *call)
{
	return call->method->name;
}

const struct value *
rpc_call_params(const struct rpc_call *call)
{
	return call->params;
}

bool
rpc_call_is_brief(const struct rpc_call *call)
{
	return call->brief;
}
