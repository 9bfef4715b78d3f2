/* SPDX-License-Identifier: ISC */
/*
 * Reading, tailing and clearing logs (contract C3.4, C3.5).
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/xmalloc.h"
#include "logs/log_read.h"
#include "rpc/params.h"
#include "rpc/select.h"
#include "rpc/tables.h"

/* No file is that long, and sums of two such numbers are still numbers. */
#define OFFSET_MAX (INT64_C(1) << 61)

static bool
is_offset(int64_t number)
{
	return number <= OFFSET_MAX && number >= -OFFSET_MAX;
}

/* offset and length from parameter first on; false after a fault. */
static bool
take_range(struct rpc_call *call, const struct value *params, size_t first,
    int64_t range[2])
{
	if (param_int(params, first, &range[0]) == -1 ||
	    param_int(params, first + 1, &range[1]) == -1) {
		rpc_return_fault(call, FAULT_INCORRECT_PARAMETERS, NULL);
		return false;
	}
	if (!is_offset(range[0]) || !is_offset(range[1])) {
		rpc_return_fault(call, FAULT_BAD_ARGUMENTS, NULL);
		return false;
	}
	return true;
}

static void
return_read(struct rpc_call *call, const char *path, const int64_t range[2])
{
	char *data;
	size_t len;

	switch (log_read(path, range[0], range[1], &data, &len)) {
	case LOG_READ_OK:
		rpc_return(call, value_string_len(data, len));
		free(data);
		break;
	case LOG_READ_BAD_ARGUMENTS:
		rpc_return_fault(call, FAULT_BAD_ARGUMENTS, NULL);
		break;
	case LOG_READ_NO_FILE:
		rpc_return_fault(call, FAULT_NO_FILE, path);
		break;
	case LOG_READ_FAILED:
		rpc_return_fault(call, FAULT_FAILED, NULL);
		break;
	}
}

void
rpc_read_log(struct rpc_call *call, const struct value *params)
{
	struct main_log *log = supervisor_main_log(rpc_call_supervisor(call));
	const char *path = log == NULL ? NULL : main_log_path(log);
	int64_t range[2];

	if (!take_range(call, params, 0, range))
		return;
	if (path == NULL)
		rpc_return_fault(call, FAULT_NO_FILE, "syslog");
	else
		return_read(call, path, range);
}

void
rpc_clear_log(struct rpc_call *call, const struct value *params)
{
	struct main_log *log = supervisor_main_log(rpc_call_supervisor(call));
	const char *path = log == NULL ? NULL : main_log_path(log);

	(void)params;
	if (path == NULL || access(path, F_OK) == -1)
		rpc_return_fault(call, FAULT_NO_FILE, NULL);
	else if (main_log_clear(log) == -1)
		rpc_return_fault(call, FAULT_FAILED, NULL);
	else
		rpc_return(call, value_bool(true));
}

enum channel {
	CHANNEL_STDOUT,
	CHANNEL_STDERR,
};

static const char *
channel_path(const struct process *process, enum channel channel)
{
	struct process_facts facts;

	process_get_facts(process, &facts);
	return channel == CHANNEL_STDOUT ? facts.stdout_logfile
					 : facts.stderr_logfile;
}

/* The log that (name, from, length) asks for, "" without one; NULL if that has
 * been answered with a fault. */
static const char *
take_channel(struct rpc_call *call, const struct value *params,
    enum channel channel, int64_t range[2])
{
	struct process *process;
	const char *name;

	if (!take_range(call, params, 1, range))
		return NULL;
	process = select_process(call, params, &name);
	return process == NULL ? NULL : channel_path(process, channel);
}

static void
read_channel(struct rpc_call *call, const struct value *params,
    enum channel channel)
{
	int64_t range[2];
	const char *path = take_channel(call, params, channel, range);

	if (path == NULL)
		return;
	if (path[0] == '\0')
		rpc_return_fault(call, FAULT_NO_FILE, NULL);
	else
		return_read(call, path, range);
}

void
rpc_read_process_stdout_log(struct rpc_call *call, const struct value *params)
{
	read_channel(call, params, CHANNEL_STDOUT);
}

void
rpc_read_process_stderr_log(struct rpc_call *call, const struct value *params)
{
	read_channel(call, params, CHANNEL_STDERR);
}

static void
tail_channel(struct rpc_call *call, const struct value *params,
    enum channel channel)
{
	struct log_tail tail = { .data = NULL };
	struct value *answer;
	int64_t range[2];
	const char *path = take_channel(call, params, channel, range);

	if (path == NULL)
		return;
	if (path[0] != '\0')
		log_tail(path, range[0], range[1], &tail);
	answer = value_array();
	value_push(answer,
	    tail.data == NULL ? value_string("")
			      : value_string_len(tail.data, tail.len));
	value_push(answer, value_int(tail.offset));
	value_push(answer, value_bool(tail.overflow));
	free(tail.data);
	rpc_return(call, answer);
}

void
rpc_tail_process_stdout_log(struct rpc_call *call, const struct value *params)
{
	tail_channel(call, params, CHANNEL_STDOUT);
}

void
rpc_tail_process_stderr_log(struct rpc_call *call, const struct value *params)
{
	tail_channel(call, params, CHANNEL_STDERR);
}

void
rpc_clear_process_logs(struct rpc_call *call, const struct value *params)
{
	struct process *process;
	const char *name;

	process = select_process(call, params, &name);
	if (process == NULL)
		return;
	if (process_clear_logs(process) == -1)
		rpc_return_fault(call, FAULT_FAILED, name);
	else
		rpc_return(call, value_bool(true));
}

void
rpc_clear_all_process_logs(struct rpc_call *call, const struct value *params)
{
	struct value *statuses = value_array();
	struct process **processes;
	enum fault result;
	size_t count;
	char *name;

	(void)params;
	processes =
	    select_processes(rpc_call_supervisor(call), NULL, NULL, &count);
	for (size_t i = 0; i < count; i++) {
		name = select_namespec(processes[i]);
		result = process_clear_logs(processes[i]) == -1 ? FAULT_FAILED
								: FAULT_SUCCESS;
		value_push(statuses, select_status(processes[i], result, name));
		free(name);
	}
	free(processes);
	rpc_return(call, statuses);
}
