/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "base/xmalloc.h"
#include "rpc/batch.h"
#include "rpc/call.h"
#include "rpc/select.h"

struct batch;

struct batch_item {
	struct batch *batch;
	struct process *process;
	struct job *job; /* NULL: ended, or not begun */
};

struct batch {
	struct rpc_call *call;
	struct batch_item *items;
	size_t count;
	size_t open; /* items not ended, and one while they are begun */
	struct value *statuses;
};

static void
batch_free(struct batch *batch)
{
	value_free(batch->statuses);
	free(batch->items);
	free(batch);
}

static void
close_one(struct batch *batch)
{
	struct value *statuses = batch->statuses;
	struct rpc_call *call = batch->call;

	if (--batch->open > 0)
		return;
	batch->statuses = NULL;
	batch_free(batch);
	rpc_return(call, statuses);
}

static void
on_job_done(enum fault result, const char *detail, void *arg)
{
	struct batch_item *item = arg;

	item->job = NULL;
	value_push(item->batch->statuses,
	    select_status(item->process, result, detail));
	close_one(item->batch);
}

static void
on_client_gone(void *arg)
{
	struct batch *batch = arg;

	for (size_t i = 0; i < batch->count; i++) {
		if (batch->items[i].job != NULL)
			job_cancel(batch->items[i].job);
	}
	batch_free(batch);
}

static void
begin_item(struct batch_item *item, const struct batch_order *order)
{
	char *name = select_namespec(item->process);
	struct job_order job = {
		.loop = supervisor_loop(rpc_call_supervisor(item->batch->call)),
		.process = item->process,
		.name = name,
		.wait = order->wait,
		.done = on_job_done,
		.arg = item,
	};

	item->job = order->begin(&job);
	free(name);
}

void
batch_run(struct rpc_call *call, const struct batch_order *order)
{
	struct batch *batch = xcalloc(1, sizeof(*batch));
	struct process **processes = select_processes(rpc_call_supervisor(call),
	    order->group, order->filter, &batch->count);

	batch->call = call;
	batch->statuses = value_array();
	batch->open = batch->count + 1;
	batch->items = xcalloc(batch->count, sizeof(*batch->items));
	rpc_defer(call, on_client_gone, batch);
	for (size_t i = 0; i < batch->count; i++) {
		batch->items[i].batch = batch;
		batch->items[i].process = processes[i];
		begin_item(&batch->items[i], order);
	}
	free(processes);
	close_one(batch);
}
