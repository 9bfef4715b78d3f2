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
};
/* Three reports may be late. */
#define EXTENSION_US "10000000"

struct shutdown {
	struct group **groups; /* ascending by priority */
	size_t count;
	size_t left;  /* groups that are not known to have stopped */
	size_t asked; /* those from this index on were asked to stop */
	struct loop_timer *timer;
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
		if (has_patience(shutdown->groups[i])) {
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
		add_unstopped(shutdown->groups[i], &names);
	if (names.len > 0)
		log_info("waiting for %s to die", names.data);
	strbuf_done(&names);
	for (size_t i = 0; i < shutdown->count; i++)
		log_unstopped(shutdown->groups[i]);
	ask_for_patience(shutdown);
	shutdown->reported = true;
	loop_timer_set(shutdown->timer, REPORT_MS);
}

struct shutdown *
shutdown_create(struct loop *loop, struct group *const *groups, size_t count,
    loop_fn done, void *arg)
{
	struct shutdown *shutdown = xcalloc(1, sizeof(*shutdown));

	shutdown->groups = xcalloc(count + 1, sizeof(*groups));
	for (size_t i = 0; i < count; i++)
		shutdown->groups[i] = groups[i];
	shutdown->count = count;
	shutdown->left = count;
	shutdown->asked = count;
	shutdown->timer = loop_timer_create(loop, report, shutdown);
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
	free(shutdown->groups);
	free(shutdown);
}

static int
last_priority(const struct shutdown *shutdown, size_t count)
{
	return group_config(shutdown->groups[count - 1])->priority;
}

/* Asks all groups that share the priority of the last one that is left. */
static void
ask_next(struct shutdown *shutdown)
{
	int priority = last_priority(shutdown, shutdown->asked);

	while (shutdown->asked > 0 &&
	    last_priority(shutdown, shutdown->asked) == priority)
		group_end(shutdown->groups[--shutdown->asked]);
}

/* Asks the last group again, too: its processes may have moved on since. */
static bool
stop_last(struct shutdown *shutdown)
{
	struct group *group = shutdown->groups[shutdown->left - 1];

	if (shutdown->left == shutdown->asked)
		ask_next(shutdown);
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
	shutdown->done(shutdown->arg);
}

void
shutdown_kill_all(struct shutdown *shutdown)
{
	for (size_t i = 0; i < shutdown->count; i++) {
		const struct group *group = shutdown->groups[i];

		for (size_t j = 0; j < group_count(group); j++)
			process_kill(group_process(group, j));
	}
}
