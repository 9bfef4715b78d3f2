/* SPDX-License-Identifier: ISC */
/*
 * What the interface tells about itself (contract C2.9).
 */
#include <stdlib.h>
#include <string.h>

#include "base/strvec.h"
#include "rpc/call.h"
#include "rpc/params.h"
#include "rpc/tables.h"

static void
add_name(const char *space, const struct rpc_method *method, void *arg)
{
	strvec_pushf(arg, "%s.%s", space, method->name);
}

void
rpc_list_methods(struct rpc_call *call, const struct value *params)
{
	struct strvec names = STRVEC_INIT;
	struct value *list = value_array();

	(void)params;
	rpc_each_method(rpc_call_rpc(call), add_name, &names);
	strvec_sort(&names);
	for (size_t i = 0; i < names.len; i++)
		value_push(list, value_string(names.items[i]));
	strvec_done(&names);
	rpc_return(call, list);
}

/* The method that parameter 0 names, or NULL after answering with a fault. */
static const struct rpc_method *
asked_method(struct rpc_call *call, const struct value *params)
{
	const struct rpc_method *method;
	const char *name;

	if (param_string(params, 0, &name) == -1) {
		rpc_return_fault(call, FAULT_INCORRECT_PARAMETERS, NULL);
		return NULL;
	}
	method = rpc_find_method(rpc_call_rpc(call), name);
	if (method == NULL)
		rpc_return_fault(call, FAULT_SIGNATURE_UNSUPPORTED, NULL);
	return method;
}

void
rpc_method_help(struct rpc_call *call, const struct value *params)
{
	const struct rpc_method *method = asked_method(call, params);

	if (method != NULL)
		rpc_return(call, value_string(method->help));
}

void
rpc_method_signature(struct rpc_call *call, const struct value *params)
{
	const struct rpc_method *method = asked_method(call, params);
	struct value *types;
	const char *p;
	size_t len;

	if (method == NULL)
		return;
	types = value_array();
	for (p = method->signature;; p += len + 1) {
		len = strcspn(p, ",");
		value_push(types, value_string_len(p, len));
		if (p[len] == '\0')
			break;
	}
	rpc_return(call, types);
}
