/* SPDX-License-Identifier: ISC */
/*
 * The daemon itself: who it is, its mood, its groups (contract C3.1, C3.6).
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/xmalloc.h"
#include "events/payload.h"
#include "rpc/params.h"
#include "rpc/scalar_text.h"
#include "rpc/tables.h"

/* Clients refuse to work with any other. */
#define API_VERSION "3.0"

void
rpc_get_api_version(struct rpc_call *call, const struct value *params)
{
	(void)params;
	rpc_return(call, value_string(API_VERSION));
}

void
rpc_get_supervisor_version(struct rpc_call *call, const struct value *params)
{
	(void)params;
	rpc_return(call, value_string(PACKAGE_VERSION));
}

void
rpc_get_identification(struct rpc_call *call, const struct value *params)
{
	(void)params;
	rpc_return(call,
	    value_string(
		supervisor_config(rpc_call_supervisor(call))->identifier));
}

/* In any other mood the call would have been refused already. */
void
rpc_get_state(struct rpc_call *call, const struct value *params)
{
	struct value *state = value_struct();

	(void)params;
	value_set(state, "statecode", value_int(MOOD_RUNNING));
	value_set(state, "statename", value_string("RUNNING"));
	rpc_return(call, state);
}

void
rpc_get_pid(struct rpc_call *call, const struct value *params)
{
	(void)params;
	rpc_return(call, value_int(getpid()));
}

void
rpc_shutdown(struct rpc_call *call, const struct value *params)
{
	(void)params;
	supervisor_shutdown(rpc_call_supervisor(call));
	rpc_return(call, value_bool(true));
}

void
rpc_restart(struct rpc_call *call, const struct value *params)
{
	char *cause = NULL;

	(void)params;
	if (supervisor_restart(rpc_call_supervisor(call), &cause) == -1)
		rpc_return_fault(call, FAULT_CANT_REREAD, cause);
	else
		rpc_return(call, value_bool(true));
	free(cause);
}

static struct value *
names(const struct strvec *list)
{
	struct value *array = value_array();

	for (size_t i = 0; i < list->len; i++)
		value_push(array, value_string(list->items[i]));
	return array;
}

void
rpc_reload_config(struct rpc_call *call, const struct value *params)
{
	struct reload_result result;
	struct value *triple, *answer;
	char *cause = NULL;

	(void)params;
	if (supervisor_reload(rpc_call_supervisor(call), &result, &cause) ==
	    -1) {
		rpc_return_fault(call, FAULT_CANT_REREAD, cause);
		free(cause);
		return;
	}
	triple = value_array();
	value_push(triple, names(&result.added));
	value_push(triple, names(&result.changed));
	value_push(triple, names(&result.removed));
	answer = value_array();
	value_push(answer, triple);
	reload_result_done(&result);
	rpc_return(call, answer);
}

/* The name of a group, or a fault. */
static const char *
group_name(struct rpc_call *call, const struct value *params)
{
	const char *name;

	if (param_string(params, 0, &name) == 0)
		return name;
	rpc_return_fault(call, FAULT_INCORRECT_PARAMETERS, NULL);
	return NULL;
}

void
rpc_add_process_group(struct rpc_call *call, const struct value *params)
{
	const char *name = group_name(call, params);
	char *cause = NULL;

	if (name == NULL)
		return;
	if (supervisor_add_group(rpc_call_supervisor(call), name, &cause) == 0)
		rpc_return(call, value_bool(true));
	else if (errno == ENOENT)
		rpc_return_fault(call, FAULT_BAD_NAME, name);
	else if (errno == EEXIST)
		rpc_return_fault(call, FAULT_ALREADY_ADDED, name);
	else
		rpc_return_fault(call, FAULT_FAILED, cause);
	free(cause);
}

void
rpc_remove_process_group(struct rpc_call *call, const struct value *params)
{
	const char *name = group_name(call, params);

	if (name == NULL)
		return;
	if (supervisor_remove_group(rpc_call_supervisor(call), name) == 0)
		rpc_return(call, value_bool(true));
	else if (errno == EBUSY)
		rpc_return_fault(call, FAULT_STILL_RUNNING, name);
	else
		rpc_return_fault(call, FAULT_BAD_NAME, name);
}

void
rpc_send_remote_comm_event(struct rpc_call *call, const struct value *params)
{
	struct bus *bus = supervisor_bus(rpc_call_supervisor(call));
	struct strbuf payload = STRBUF_INIT;
	size_t type_len = 0, data_len = 0;
	char *type = scalar_text(value_item(params, 0), &type_len);
	char *data = scalar_text(value_item(params, 1), &data_len);

	if (type == NULL || data == NULL) {
		rpc_return_fault(call, FAULT_INCORRECT_PARAMETERS, NULL);
	} else {
		if (bus_wants(bus, EV_REMOTE_COMMUNICATION)) {
			payload_remote(&payload, type, data, data_len);
			bus_publish(bus, EV_REMOTE_COMMUNICATION, payload.data,
			    payload.len);
		}
		rpc_return(call, value_bool(true));
	}
	strbuf_done(&payload);
	free(data);
	free(type);
}
