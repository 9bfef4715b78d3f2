/* SPDX-License-Identifier: ISC */
/*
 * Starting and stopping (contract C3.3).
 */
#include <stdlib.h>

#include "base/xmalloc.h"
#include "rpc/batch.h"
#include "rpc/call.h"
#include "rpc/job.h"
#include "rpc/params.h"
#include "rpc/select.h"
#include "rpc/tables.h"

/* A call that waits for one process. */
struct single {
	struct rpc_call *call;
	struct job *job;
};

static bool
can_start(enum process_state state)
{
	return !process_state_in(state, SET_RUNNING);
}

static bool
can_stop(enum process_state state)
{
	return process_state_in(state, SET_RUNNING);
}

static void
on_single_done(enum fault result, const char *detail, void *arg)
{
	struct single *single = arg;
	struct rpc_call *call = single->call;

	free(single);
	if (result == FAULT_SUCCESS)
		rpc_return(call, value_bool(true));
	else
		rpc_return_fault(call, result, detail);
}

static void
on_client_gone(void *arg)
{
	struct single *single = arg;

	job_cancel(single->job);
	free(single);
}

/* One process, or the whole group if the name says so. */
static void
run(struct rpc_call *call, const struct value *params,
    struct batch_order *order)
{
	struct single *single;
	struct job_order job;
	struct job *handle;
	const char *name;

	order->wait = param_wait(params, 1);
	job.process =
	    select_process_or_group(call, params, &name, &order->group);
	if (job.process == NULL) {
		if (order->group != NULL)
			batch_run(call, order);
		return;
	}
	single = xcalloc(1, sizeof(*single));
	single->call = call;
	job.loop = supervisor_loop(rpc_call_supervisor(call));
	job.name = name;
	job.wait = order->wait;
	job.done = on_single_done;
	job.arg = single;
	handle = order->begin(&job);
	if (handle == NULL)
		return;
	single->job = handle;
	rpc_defer(call, on_client_gone, single);
}

static void
run_group(struct rpc_call *call, const struct value *params,
    struct batch_order *order)
{
	order->group = select_group(call, params);
	order->wait = param_wait(params, 1);
	if (order->group != NULL)
		batch_run(call, order);
}

static void
run_all(struct rpc_call *call, const struct value *params,
    struct batch_order *order)
{
	order->group = NULL;
	order->wait = param_wait(params, 0);
	batch_run(call, order);
}

static const struct batch_order starting = {
	.begin = job_start,
	.filter = can_start,
};

static const struct batch_order stopping = {
	.begin = job_stop,
	.filter = can_stop,
};

/* The six methods differ in what is done and to whom. */
#define METHOD(name, scope, what)                                              \
	void rpc_##name(struct rpc_call *call, const struct value *params)     \
	{                                                                      \
		struct batch_order order = what;                               \
                                                                               \
		scope(call, params, &order);                                   \
	}

METHOD(start_process, run, starting)
METHOD(start_process_group, run_group, starting)
METHOD(start_all_processes, run_all, starting)
METHOD(stop_process, run, stopping)
METHOD(stop_process_group, run_group, stopping)
METHOD(stop_all_processes, run_all, stopping)
