/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "rpc/params.h"
#include "rpc/select.h"

/* Stable, for groups are short and mostly in order already. */
static void
sort_by_priority(struct process **list, size_t count)
{
	struct process *moved;
	size_t j;

	for (size_t i = 1; i < count; i++) {
		moved = list[i];
		for (j = i; j > 0 &&
		     process_config(list[j - 1])->priority >
			 process_config(moved)->priority;
		     j--)
			list[j] = list[j - 1];
		list[j] = moved;
	}
}

static size_t
add_group(struct process **list, struct group *group, process_filter_fn filter)
{
	struct process *process;
	size_t count = 0;

	for (size_t i = 0; i < group_count(group); i++) {
		process = group_process(group, i);
		if (filter == NULL || filter(process_state(process)))
			list[count++] = process;
	}
	sort_by_priority(list, count);
	return count;
}

struct process **
select_processes(struct supervisor *supervisor, struct group *group,
    process_filter_fn filter, size_t *count)
{
	struct process **list;
	size_t total = 0;

	*count = 0;
	if (group != NULL) {
		list = xcalloc(group_count(group), sizeof(struct process *));
		*count = add_group(list, group, filter);
		return list;
	}
	for (size_t i = 0; i < supervisor_group_count(supervisor); i++)
		total += group_count(supervisor_group(supervisor, i));
	list = xcalloc(total, sizeof(struct process *));
	for (size_t i = 0; i < supervisor_group_count(supervisor); i++)
		*count += add_group(list + *count,
		    supervisor_group(supervisor, i), filter);
	return list;
}

char *
select_namespec(const struct process *process)
{
	const char *group = process_group_name(process);
	const char *name = process_config(process)->name;

	if (strcmp(group, name) == 0)
		return xstrdup(name);
	return xasprintf("%s:%s", group, name);
}

struct process *
select_process_or_group(struct rpc_call *call, const struct value *params,
    const char **name, struct group **group)
{
	struct process *process = NULL;

	*group = NULL;
	if (param_string(params, 0, name) == -1) {
		rpc_return_fault(call, FAULT_INCORRECT_PARAMETERS, NULL);
		return NULL;
	}
	if (supervisor_find(rpc_call_supervisor(call), *name, group,
		&process) == -1) {
		*group = NULL;
		rpc_return_fault(call, FAULT_BAD_NAME, *name);
		return NULL;
	}
	return process;
}

struct process *
select_process(struct rpc_call *call, const struct value *params,
    const char **name)
{
	struct group *group;
	struct process *process =
	    select_process_or_group(call, params, name, &group);

	if (process == NULL && group != NULL)
		rpc_return_fault(call, FAULT_BAD_NAME, *name);
	return process;
}

struct group *
select_group(struct rpc_call *call, const struct value *params)
{
	struct group *group;
	const char *name;

	if (param_string(params, 0, &name) == -1) {
		rpc_return_fault(call, FAULT_INCORRECT_PARAMETERS, NULL);
		return NULL;
	}
	group = supervisor_find_group(rpc_call_supervisor(call), name);
	if (group == NULL)
		rpc_return_fault(call, FAULT_BAD_NAME, name);
	return group;
}

struct value *
select_status(const struct process *process, enum fault result,
    const char *detail)
{
	struct value *status = value_struct();
	char *text = result == FAULT_SUCCESS ? xstrdup("OK")
					     : fault_text(result, detail);

	value_set(status, "name", value_string(process_config(process)->name));
	value_set(status, "group", value_string(process_group_name(process)));
	value_set(status, "status", value_int(result));
	value_set(status, "description", value_string(text));
	free(text);
	return status;
}
