/* SPDX-License-Identifier: ISC */
/*
 * system.multicall (contract C2.9): entries one after the other, each waiting
 * for the one before it; every result is written bare into one document.  When
 * the client goes away what has not been begun is never run.
 */
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "rpc/call.h"
#include "rpc/tables.h"
#include "xmlrpc/writer.h"

struct multicall {
	struct rpc_call *call;
	struct rpc *rpc;
	struct value *entries; /* our own copy: it outlives the request */
	size_t next;
	struct strbuf results;
	struct rpc_call *current; /* an entry that is not done yet */
	bool starting;		  /* run_entries is on the stack */
};

static void
multicall_free(struct multicall *multicall)
{
	value_free(multicall->entries);
	strbuf_done(&multicall->results);
	free(multicall);
}

static void
on_client_gone(void *arg)
{
	struct multicall *multicall = arg;

	if (multicall->current != NULL)
		rpc_abandon(multicall->current);
	multicall_free(multicall);
}

static void run_entries(struct multicall *);

static void
on_entry_done(struct strbuf *document, void *arg)
{
	struct multicall *multicall = arg;

	(void)document;
	multicall->current = NULL;
	if (!multicall->starting)
		run_entries(multicall);
}

static void
write_fault(struct multicall *multicall, const char *detail)
{
	char *text = fault_text(FAULT_INCORRECT_PARAMETERS, detail);

	xmlrpc_write_fault_value(&multicall->results,
	    FAULT_INCORRECT_PARAMETERS, text);
	free(text);
}

/* The parameters of an entry; *none is made where they stand for none.  PHP
 * writes an empty array as an empty struct.  NULL: of a wrong type. */
static const struct value *
entry_params(const struct value *entry, struct value **none)
{
	const struct value *params = value_member(entry, "params");
	size_t len = 0;

	if (params != NULL && value_type(params) == VALUE_ARRAY)
		return params;
	if (params != NULL) {
		value_as_string(params, &len);
		if ((value_type(params) != VALUE_STRING &&
			value_type(params) != VALUE_STRUCT) ||
		    len + value_count(params) > 0)
			return NULL;
	}
	*none = value_array();
	return *none;
}

/* What is wrong with an entry before it is run: a detail, "" for none to tell,
 * NULL if nothing is. */
static const char *
entry_problem(const struct value *method, const struct value *params)
{
	const char *name;

	if (method == NULL || value_type(method) == VALUE_NIL)
		return "No methodName";
	name = value_as_string(method, NULL);
	if (name == NULL)
		return "";
	if (strcmp(name, "system.multicall") == 0)
		return "Recursive system.multicall forbidden";
	return params == NULL ? "" : NULL;
}

static void
run_entry(struct multicall *multicall, const struct value *entry)
{
	const struct value *method = value_member(entry, "methodName");
	struct value *none = NULL;
	struct rpc_execution execution = {
		.rpc = multicall->rpc,
		.params = entry_params(entry, &none),
		.done = on_entry_done,
		.arg = multicall,
	};
	const char *problem = entry_problem(method, execution.params);

	if (problem != NULL) {
		write_fault(multicall, problem[0] == '\0' ? NULL : problem);
	} else {
		execution.method = value_as_string(method, NULL);
		multicall->current =
		    rpc_execute_into(&multicall->results, &execution);
	}
	value_free(none);
}

static void
write_results(struct strbuf *out, void *arg)
{
	const struct multicall *multicall = arg;

	xmlrpc_open_array(out);
	strbuf_add(out, multicall->results.data, multicall->results.len);
	xmlrpc_close_array(out);
}

/* A loop, not a recursion: a thousand immediate entries are no depth. */
static void
run_entries(struct multicall *multicall)
{
	multicall->starting = true;
	while (multicall->current == NULL &&
	    multicall->next < value_count(multicall->entries))
		run_entry(multicall,
		    value_item(multicall->entries, multicall->next++));
	multicall->starting = false;
	if (multicall->current != NULL)
		return;
	rpc_return_written(multicall->call, write_results, multicall);
	multicall_free(multicall);
}

static bool
is_list_of_structs(const struct value *calls)
{
	if (calls == NULL || value_type(calls) != VALUE_ARRAY)
		return false;
	for (size_t i = 0; i < value_count(calls); i++) {
		if (value_type(value_item(calls, i)) != VALUE_STRUCT)
			return false;
	}
	return true;
}

void
rpc_multicall(struct rpc_call *call, const struct value *params)
{
	const struct value *calls = value_item(params, 0);
	struct multicall *multicall;

	if (!is_list_of_structs(calls)) {
		rpc_return_fault(call, FAULT_INCORRECT_PARAMETERS, NULL);
		return;
	}
	multicall = xcalloc(1, sizeof(*multicall));
	multicall->call = call;
	multicall->rpc = rpc_call_rpc(call);
	multicall->entries = value_copy(calls);
	strbuf_init(&multicall->results);
	rpc_defer(call, on_client_gone, multicall);
	run_entries(multicall);
}
