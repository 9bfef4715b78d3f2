/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "rpc/batch.h"
#include "rpc/call.h"
#include "rpc/endings.h"
#include "rpc/select.h"

struct batch;

struct batch_item {
	struct batch *batch;
	struct process *process;
	struct job *job;      /* NULL: ended, or not begun */
	struct value *status; /* once it has ended */
};

struct batch {
	struct rpc_call *call;
	struct batch_item *items;
	size_t count;
	size_t open; /* items not ended, and one while they are begun */
	struct endings endings;
};

static void
batch_free(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		value_free(batch->items[i].status);
	endings_done(&batch->endings);
	free(batch->items);
	free(batch);
}

static struct value *
take_statuses(struct batch *batch)
{
	struct value *statuses = value_array();

	for (size_t i = 0; i < batch->endings.count; i++) {
		struct batch_item *item =
		    &batch->items[batch->endings.order[i]];

		value_push(statuses, item->status);
		item->status = NULL;
	}
	return statuses;
}

static void
close_one(struct batch *batch)
{
	struct rpc_call *call = batch->call;
	struct value *statuses;

	if (--batch->open > 0)
		return;
	statuses = take_statuses(batch);
	batch_free(batch);
	rpc_return(call, statuses);
}

static void
on_job_done(enum fault result, const char *detail, void *arg)
{
	struct batch_item *item = arg;
	struct batch *batch = item->batch;

	item->job = NULL;
	item->status = select_status(item->process, result, detail);
	endings_add(&batch->endings, (size_t)(item - batch->items),
	    clock_mono_ms());
	close_one(batch);
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
	endings_init(&batch->endings, batch->count);
	batch->open = batch->count + 1;
	batch->items = xcalloc(batch->count, sizeof(*batch->items));
	rpc_defer(call, on_client_gone, batch);
	for (size_t i = 0; i < batch->count; i++) {
		batch->items[i].batch = batch;
		batch->items[i].process = processes[i];
		begin_item(&batch->items[i], order);
	}
	endings_next_look(&batch->endings);
	free(processes);
	close_one(batch);
}
