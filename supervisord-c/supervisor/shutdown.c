/* SPDX-License-Identifier: ISC */
/*
 * The ordered end of everything.  A step asks the last groups of the list, all
 * that share a priority, to stop and drops each from the list once it has; it
 * goes on with the next priority in the same breath, and otherwise waits to be
 * called again when something changed.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/strbuf.h"
#include "base/xmalloc.h"
#include "supervisor/init_notify.h"
#include "supervisor/shutdown.h"

enum {
	REPORT_MS = 3000,
	/* So long a turn of Supervisor's loop leaves to them, at most. */
	LISTENERS_MS = 1000,
};
/* Three reports may be late. */
#define EXTENSION_US "10000000"

struct shutdown {
	struct member **members; /* ascending by priority */
	size_t count;
	size_t left;  /* groups that are not known to have stopped */
	size_t asked; /* those from this index on were asked to stop */
	struct loop_timer *timer;
	struct loop_timer *listeners; /* how long they are waited for */
	bool listeners_late;	      /* they are not any more */
	bool reported;
	bool over;
	loop_fn done;
	void *arg;
};

static void
add_unstopped(const struct group *group, struct strbuf *names)
{
	for (size_t i = 0; i < group_count(group); i++) {
		const struct process *process = group_process(group, i);

		if (process_state_in(process_state(process), SET_STOPPED))
			continue;
		strbuf_addf(names, "%s%s", names->len > 0 ? ", " : "",
		    process_config(process)->name);
	}
}

static void
log_unstopped(const struct group *group)
{
	for (size_t i = 0; i < group_count(group); i++) {
		const struct process *process = group_process(group, i);
		enum process_state state = process_state(process);

		if (!process_state_in(state, SET_STOPPED))
			log_blather("%s state: %s",
			    process_config(process)->name,
			    process_state_name(state));
	}
}

/* Whether somebody uses the time that its stopwaitsecs gives it. */
static bool
has_patience(const struct group *group)
{
	for (size_t i = 0; i < group_count(group); i++) {
		const struct process *process = group_process(group, i);

		if (!process_state_in(process_state(process), SET_STOPPED) &&
		    !process_was_killed(process))
			return true;
	}
	return false;
}

/* A service manager's own patience must not be shorter than ours; who does not
 * even die by SIGKILL is left to it. */
static void
ask_for_patience(const struct shutdown *shutdown)
{
	for (size_t i = 0; i < shutdown->count; i++) {
		if (has_patience(shutdown->members[i]->group)) {
			init_notify("EXTEND_TIMEOUT_USEC=" EXTENSION_US);
			return;
		}
	}
}

/* Says who is waited for, now and then every three seconds. */
static void
report(void *arg)
{
	struct shutdown *shutdown = arg;
	struct strbuf names;

	strbuf_init(&names);
	for (size_t i = 0; i < shutdown->count; i++)
		add_unstopped(shutdown->members[i]->group, &names);
	if (names.len > 0)
		log_info("waiting for %s to die", names.data);
	strbuf_done(&names);
	for (size_t i = 0; i < shutdown->count; i++)
		log_unstopped(shutdown->members[i]->group);
	ask_for_patience(shutdown);
	shutdown->reported = true;
	loop_timer_set(shutdown->timer, REPORT_MS);
}

static void
on_listeners_late(void *arg)
{
	struct shutdown *shutdown = arg;

	shutdown->listeners_late = true;
	shutdown_step(shutdown);
}

struct shutdown *
shutdown_create(struct loop *loop, struct member *const *members, size_t count,
    loop_fn done, void *arg)
{
	struct shutdown *shutdown = xcalloc(1, sizeof(*shutdown));

	shutdown->members = xcalloc(count + 1, sizeof(*members));
	for (size_t i = 0; i < count; i++)
		shutdown->members[i] = members[i];
	shutdown->count = count;
	shutdown->left = count;
	shutdown->asked = count;
	shutdown->timer = loop_timer_create(loop, report, shutdown);
	shutdown->listeners =
	    loop_timer_create(loop, on_listeners_late, shutdown);
	shutdown->done = done;
	shutdown->arg = arg;
	return shutdown;
}

void
shutdown_free(struct shutdown *shutdown)
{
	if (shutdown == NULL)
		return;
	loop_timer_free(shutdown->timer);
	loop_timer_free(shutdown->listeners);
	free(shutdown->members);
	free(shutdown);
}

static int
last_priority(const struct shutdown *shutdown, size_t count)
{
	return group_config(shutdown->members[count - 1]->group)->priority;
}

/* How many groups share the priority of the last one that was not asked. */
static size_t
count_next(const struct shutdown *shutdown)
{
	int priority = last_priority(shutdown, shutdown->asked);
	size_t count = 1;

	while (count < shutdown->asked &&
	    last_priority(shutdown, shutdown->asked - count) == priority)
		count++;
	return count;
}

/* What listeners have been told of they may deal with before they are asked. */
static bool
must_wait(struct shutdown *shutdown, size_t next)
{
	bool is_busy = false;

	for (size_t i = shutdown->asked - next; i < shutdown->asked; i++)
		is_busy |= shutdown->members[i]->pool != NULL &&
		    pool_is_busy(shutdown->members[i]->pool);
	if (!is_busy || shutdown->listeners_late)
		return false;
	if (!loop_timer_is_set(shutdown->listeners))
		loop_timer_set(shutdown->listeners, LISTENERS_MS);
	return true;
}

/* False: not yet. */
static bool
ask_next(struct shutdown *shutdown)
{
	size_t next = count_next(shutdown);

	if (must_wait(shutdown, next))
		return false;
	for (; next > 0; next--)
		group_end(shutdown->members[--shutdown->asked]->group);
	return true;
}

/* Asks the last group again, too: its processes may have moved on since. */
static bool
stop_last(struct shutdown *shutdown)
{
	struct group *group = shutdown->members[shutdown->left - 1]->group;

	if (shutdown->left == shutdown->asked && !ask_next(shutdown))
		return false;
	group_end(group);
	return group_is_stopped(group);
}

void
shutdown_step(struct shutdown *shutdown)
{
	if (shutdown->over)
		return;
	while (shutdown->left > 0 && stop_last(shutdown))
		shutdown->left--;
	if (shutdown->left > 0) {
		if (!shutdown->reported)
			report(shutdown);
		return;
	}
	shutdown->over = true;
	loop_timer_clear(shutdown->timer);
	loop_timer_clear(shutdown->listeners);
	shutdown->done(shutdown->arg);
}

void
shutdown_kill_all(struct shutdown *shutdown)
{
	for (size_t i = 0; i < shutdown->count; i++) {
		const struct group *group = shutdown->members[i]->group;

		for (size_t j = 0; j < group_count(group); j++)
			process_kill(group_process(group, j));
	}
}
