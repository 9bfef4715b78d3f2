/* SPDX-License-Identifier: ISC */
/*
 * getProcessInfo and getAllProcessInfo (contract C3.2).  Monitoring asks for
 * the second again and again, so its answer is written without being built.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "rpc/select.h"
#include "rpc/tables.h"
#include "xmlrpc/writer.h"

static void
write_times(struct strbuf *out, const struct process_facts *facts)
{
	xmlrpc_write_int_member(out, "start", facts->start);
	xmlrpc_write_int_member(out, "stop", facts->stop);
	xmlrpc_write_int_member(out, "now", clock_wall_ms() / 1000);
	xmlrpc_write_int_member(out, "state", process_state_code(facts->state));
}

static void
write_rest(struct strbuf *out, const struct process_facts *facts)
{
	xmlrpc_write_string_member(out, "spawnerr", facts->spawnerr);
	xmlrpc_write_int_member(out, "exitstatus", facts->exitstatus);
	xmlrpc_write_string_member(out, "logfile", facts->stdout_logfile);
	xmlrpc_write_string_member(out, "stdout_logfile",
	    facts->stdout_logfile);
	xmlrpc_write_string_member(out, "stderr_logfile",
	    facts->stderr_logfile);
	xmlrpc_write_int_member(out, "pid", facts->pid);
}

/* Members in Supervisor's order.  A brief one is a quarter of the whole: what
 * the table of the client's status has. */
static void
write_info(struct strbuf *out, const struct process *process, bool brief)
{
	struct process_facts facts;
	char *description = process_describe(process);

	process_get_facts(process, &facts);
	xmlrpc_open_struct(out);
	xmlrpc_write_string_member(out, "name", facts.name);
	xmlrpc_write_string_member(out, "group", facts.group);
	if (!brief)
		write_times(out, &facts);
	xmlrpc_write_string_member(out, "statename",
	    process_state_name(facts.state));
	if (!brief)
		write_rest(out, &facts);
	xmlrpc_write_string_member(out, "description", description);
	xmlrpc_close_struct(out);
	free(description);
}

static void
write_one(struct strbuf *out, void *arg)
{
	write_info(out, arg, false);
}

void
rpc_get_process_info(struct rpc_call *call, const struct value *params)
{
	struct process *process;
	const char *name;

	process = select_process(call, params, &name);
	if (process != NULL)
		rpc_return_written(call, write_one, process);
}

static void
write_all(struct strbuf *out, void *arg)
{
	const struct rpc_call *call = arg;
	struct process **processes;
	size_t count;

	processes =
	    select_processes(rpc_call_supervisor(call), NULL, NULL, &count);
	qsort(processes, count, sizeof(struct process *), process_compare);
	xmlrpc_open_array(out);
	for (size_t i = 0; i < count; i++)
		write_info(out, processes[i], rpc_call_is_brief(call));
	xmlrpc_close_array(out);
	free(processes);
}

void
rpc_get_all_process_info(struct rpc_call *call, const struct value *params)
{
	(void)params;
	rpc_return_written(call, write_all, call);
}
