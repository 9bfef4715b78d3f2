/* SPDX-License-Identifier: ISC */
/*
 * Signals and standard input (contract C3.3).
 */
#include <errno.h>
#include <stdlib.h>

#include "base/signame.h"
#include "base/xmalloc.h"
#include "rpc/params.h"
#include "rpc/scalar_text.h"
#include "rpc/select.h"
#include "rpc/tables.h"

/* The signal as text, from a string or a number; the caller frees.  NULL for
 * another type. */
static char *
signal_text(const struct value *params, size_t index)
{
	const char *name;
	int64_t number;

	if (param_string(params, index, &name) == 0)
		return xstrdup(name);
	if (param_int(params, index, &number) == 0)
		return xasprintf("%lld", (long long)number);
	return NULL;
}

static bool
can_signal(enum process_state state)
{
	return process_state_in(state, SET_SIGNALLABLE);
}

/* What came of it, with the detail, which the caller frees. */
static enum fault
send_signal(struct process *process, const char *name, const char *text,
    char **detail)
{
	int signo = signame_parse(text, NULL);

	if (signo == -1) {
		*detail = xstrdup(text);
		return FAULT_BAD_SIGNAL;
	}
	if (!can_signal(process_state(process))) {
		*detail = xstrdup(name);
		return FAULT_NOT_RUNNING;
	}
	if (process_signal(process, signo, detail) == -1)
		return FAULT_FAILED;
	return FAULT_SUCCESS;
}

static void
signal_many(struct rpc_call *call, struct group *group, const char *text)
{
	struct value *statuses = value_array();
	struct process **processes;
	char *name, *detail;
	enum fault result;
	size_t count;

	processes = select_processes(rpc_call_supervisor(call), group,
	    can_signal, &count);
	for (size_t i = 0; i < count; i++) {
		name = select_namespec(processes[i]);
		detail = NULL;
		result = send_signal(processes[i], name, text, &detail);
		value_push(statuses,
		    select_status(processes[i], result, detail));
		free(detail);
		free(name);
	}
	free(processes);
	rpc_return(call, statuses);
}

static void
signal_one(struct rpc_call *call, struct process *process, const char *name,
    const char *text)
{
	char *detail = NULL;
	enum fault result = send_signal(process, name, text, &detail);

	if (result == FAULT_SUCCESS)
		rpc_return(call, value_bool(true));
	else
		rpc_return_fault(call, result, detail);
	free(detail);
}

void
rpc_signal_process(struct rpc_call *call, const struct value *params)
{
	char *text = signal_text(params, 1);
	struct process *process;
	struct group *group;
	const char *name;

	if (text == NULL) {
		rpc_return_fault(call, FAULT_INCORRECT_PARAMETERS, NULL);
		return;
	}
	process = select_process_or_group(call, params, &name, &group);
	if (process != NULL)
		signal_one(call, process, name, text);
	else if (group != NULL)
		signal_many(call, group, text);
	free(text);
}

void
rpc_signal_process_group(struct rpc_call *call, const struct value *params)
{
	char *text = signal_text(params, 1);
	struct group *group;

	if (text == NULL) {
		rpc_return_fault(call, FAULT_INCORRECT_PARAMETERS, NULL);
		return;
	}
	group = select_group(call, params);
	if (group != NULL)
		signal_many(call, group, text);
	free(text);
}

void
rpc_signal_all_processes(struct rpc_call *call, const struct value *params)
{
	char *text = signal_text(params, 0);

	if (text == NULL) {
		rpc_return_fault(call, FAULT_INCORRECT_PARAMETERS, NULL);
		return;
	}
	signal_many(call, NULL, text);
	free(text);
}

void
rpc_send_process_stdin(struct rpc_call *call, const struct value *params)
{
	const struct value *chars = value_item(params, 1);
	struct process *process;
	const char *name, *text;
	enum fault problem;
	char *shown;
	size_t len;

	/* The type of the text is looked at before the name. */
	if (value_type(chars) != VALUE_STRING) {
		shown = value_type(chars) == VALUE_NIL
		    ? NULL
		    : scalar_text(chars, &len);
		rpc_return_fault(call, FAULT_INCORRECT_PARAMETERS, shown);
		free(shown);
		return;
	}
	process = select_process(call, params, &name);
	if (process == NULL)
		return;
	text = value_as_string(chars, &len);
	if (process_pid(process) == 0 ||
	    process_state(process) == PROC_STOPPING) {
		rpc_return_fault(call, FAULT_NOT_RUNNING, name);
	} else if (process_write_stdin(process, text, len) == -1) {
		problem = errno == ESRCH ? FAULT_NOT_RUNNING
		    : errno == EPIPE	 ? FAULT_NO_FILE
					 : FAULT_FAILED;
		rpc_return_fault(call, problem, name);
	} else {
		rpc_return(call, value_bool(true));
	}
}
