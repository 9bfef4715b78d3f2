/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "base/log.h"
#include "base/xmalloc.h"
#include "rpc/job.h"
#include "spawn/command.h"

#define STOP_REPORT_MS 2000

struct job {
	struct job_order order;
	char *name;
	struct process_watch *watch;
	struct loop_timer *reports; /* of a stop */
};

static void
job_free(struct job *job)
{
	process_unwatch(job->watch);
	loop_timer_free(job->reports);
	free(job->name);
	free(job);
}

static void
finish(struct job *job, enum fault result)
{
	job_done_fn done = job->order.done;
	void *arg = job->order.arg;
	char *name = job->name;

	job->name = NULL;
	job_free(job);
	done(result, result == FAULT_SUCCESS ? NULL : name, arg);
	free(name);
}

static struct job *
done_at_once(const struct job_order *order, enum fault result,
    const char *detail)
{
	order->done(result, detail, order->arg);
	return NULL;
}

static struct job *
follow(const struct job_order *order, process_watch_fn fn)
{
	struct job *job = xcalloc(1, sizeof(*job));

	job->order = *order;
	job->name = xstrdup(order->name);
	job->watch = process_watch(order->process, fn, job);
	return job;
}

/*
 * Where a start has come to.  spawnerr is looked at first: it is set by what
 * ends a start, also when that shows as EXITED.
 */
static bool
start_is_over(const struct process *process, enum fault *result)
{
	struct process_facts facts;

	process_get_facts(process, &facts);
	if (facts.spawnerr[0] != '\0')
		*result = FAULT_SPAWN_ERROR;
	else if (facts.state == PROC_RUNNING)
		*result = FAULT_SUCCESS;
	else if (facts.state != PROC_STARTING)
		*result = FAULT_ABNORMAL_TERMINATION;
	else
		return false;
	return true;
}

static void
on_starting_changed(struct process *process, void *arg)
{
	struct job *job = arg;
	enum fault result;

	if (start_is_over(process, &result))
		finish(job, result);
}

static bool
check_command(const struct job_order *order)
{
	char *cause = NULL;
	enum command_problem problem =
	    process_check_command(order->process, &cause);

	if (problem == COMMAND_OK)
		return true;
	order->done(problem == COMMAND_NOT_FOUND ? FAULT_NO_FILE
						 : FAULT_NOT_EXECUTABLE,
	    cause, order->arg);
	free(cause);
	return false;
}

struct job *
job_start(const struct job_order *order)
{
	enum process_state state;
	enum fault result;
	char *detail;

	if (!check_command(order))
		return NULL;
	state = process_state(order->process);
	if (state == PROC_UNKNOWN) {
		detail =
		    xasprintf("%s is in an unknown process state", order->name);
		done_at_once(order, FAULT_FAILED, detail);
		free(detail);
		return NULL;
	}
	/* A STOPPING process cannot start: that is said, not hidden. */
	if (state == PROC_STOPPING && order->wait)
		return done_at_once(order, FAULT_ABNORMAL_TERMINATION,
		    order->name);
	if (process_state_in(state, SET_RUNNING) || state == PROC_STOPPING ||
	    !process_start(order->process))
		return done_at_once(order, FAULT_ALREADY_STARTED, order->name);
	if (start_is_over(order->process, &result))
		return done_at_once(order, result,
		    result == FAULT_SUCCESS ? NULL : order->name);
	if (!order->wait)
		return done_at_once(order, FAULT_SUCCESS, NULL);
	return follow(order, on_starting_changed);
}

static void
report_stopping(const struct process *process)
{
	log_info("waiting for %s to stop", process_config(process)->name);
}

static void
on_report_due(void *arg)
{
	struct job *job = arg;

	report_stopping(job->order.process);
	loop_timer_set(job->reports, STOP_REPORT_MS);
}

static void
on_stopping_changed(struct process *process, void *arg)
{
	if (process_state_in(process_state(process), SET_STOPPED))
		finish(arg, FAULT_SUCCESS);
}

struct job *
job_stop(const struct job_order *order)
{
	struct process *process = order->process;
	struct job *job;
	char *detail;

	if (!process_state_in(process_state(process), SET_RUNNING) ||
	    !process_stop(process))
		return done_at_once(order, FAULT_NOT_RUNNING, order->name);
	if (process_state(process) == PROC_UNKNOWN) {
		detail = xasprintf("unknown problem killing %s (%d)",
		    process_config(process)->name, (int)process_pid(process));
		done_at_once(order, FAULT_FAILED, detail);
		free(detail);
		return NULL;
	}
	if (!order->wait ||
	    process_state_in(process_state(process), SET_STOPPED))
		return done_at_once(order, FAULT_SUCCESS, NULL);
	report_stopping(process);
	job = follow(order, on_stopping_changed);
	job->reports = loop_timer_create(order->loop, on_report_due, job);
	loop_timer_set(job->reports, STOP_REPORT_MS);
	return job;
}

void
job_cancel(struct job *job)
{
	job_free(job);
}
