/* SPDX-License-Identifier: ISC */
/*
 * A program that was refused is FATAL and nothing changes by itself, as the
 * supervisor has it.  But somebody may mend what was wrong: while anything is
 * held back, and only then, it is looked at again every half a minute, and the
 * start that was asked for goes on when nothing speaks against it any more.
 */
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "preflight/gate/plugin.h"

#define RECHECK_MS 30000

static struct held *
find(const struct preflight *preflight, const struct supd_process *process)
{
	struct held *held;

	TAILQ_FOREACH(held, &preflight->held, next) {
		if (strcmp(held->name, process->name) == 0 &&
		    strcmp(held->group, process->group) == 0)
			return held;
	}
	return NULL;
}

static void
held_free(struct preflight *preflight, struct held *held)
{
	TAILQ_REMOVE(&preflight->held, held, next);
	free(held->group);
	free(held->name);
	free(held->program);
	free(held);
}

/* Nothing is held: no timer runs.  Not from the timer's own call. */
static void
rest_if_empty(struct preflight *preflight)
{
	if (!TAILQ_EMPTY(&preflight->held))
		return;
	preflight->host->timer_free(preflight->host, preflight->recheck);
	preflight->recheck = NULL;
}

/* Each start asks the gate again, which may hold it back again. */
static void
let_go(struct preflight *preflight, const char *program)
{
	const struct supd_host *host = preflight->host;
	struct held *held, *next;
	char *group, *name;

	for (held = TAILQ_FIRST(&preflight->held); held != NULL; held = next) {
		next = TAILQ_NEXT(held, next);
		if (strcmp(held->program, program) != 0)
			continue;
		group = xstrdup(held->group);
		name = xstrdup(held->name);
		held_free(preflight, held);
		host->start_fatal(host, group, name);
		free(group);
		free(name);
	}
	rest_if_empty(preflight);
}

static void
on_rechecked(struct preflight *preflight, const struct supd_process *process,
    const struct supd_result *result, void *arg)
{
	const struct record *record =
	    record_renew(preflight, process, result, false);

	(void)arg;
	if (record->verdict != VERDICT_FAIL)
		let_go(preflight, process->program);
}

struct search {
	const struct held *held;
	bool found;
};

static void
match(const struct supd_process *process, void *arg)
{
	struct search *search = arg;

	search->found = search->found ||
	    (strcmp(search->held->name, process->name) == 0 &&
		strcmp(search->held->group, process->group) == 0);
}

/* A reload may have taken it out of the configuration. */
static bool
is_still_there(const struct preflight *preflight, const struct held *held)
{
	struct search search = { .held = held };

	preflight->host->each_process(preflight->host, match, &search);
	return search.found;
}

static void
on_recheck_due(void *arg)
{
	struct preflight *preflight = arg;
	struct held *held, *next;

	for (held = TAILQ_FIRST(&preflight->held); held != NULL; held = next) {
		const struct supd_process process = {
			.group = held->group,
			.name = held->name,
			.program = held->program,
		};

		next = TAILQ_NEXT(held, next);
		if (!is_still_there(preflight, held))
			held_free(preflight, held);
		else if (!check_is_under_way(preflight, CHECK_START,
			     held->program))
			check_ask(preflight, CHECK_START, &process,
			    on_rechecked, NULL);
	}
	if (!TAILQ_EMPTY(&preflight->held))
		preflight->host->timer_set(preflight->host, preflight->recheck,
		    RECHECK_MS);
}

void
hold_add(struct preflight *preflight, const struct supd_process *process)
{
	const struct supd_host *host = preflight->host;
	struct held *held;

	if (find(preflight, process) != NULL)
		return;
	if (preflight->recheck == NULL)
		preflight->recheck =
		    host->timer_create(host, on_recheck_due, preflight);
	if (TAILQ_EMPTY(&preflight->held))
		host->timer_set(host, preflight->recheck, RECHECK_MS);
	held = xcalloc(1, sizeof(*held));
	held->group = xstrdup(process->group);
	held->name = xstrdup(process->name);
	held->program = xstrdup(process->program);
	TAILQ_INSERT_TAIL(&preflight->held, held, next);
}

void
hold_drop(struct preflight *preflight, const struct supd_process *process)
{
	struct held *held = find(preflight, process);

	if (held == NULL)
		return;
	held_free(preflight, held);
	rest_if_empty(preflight);
}

void
holds_free(struct preflight *preflight)
{
	while (!TAILQ_EMPTY(&preflight->held))
		held_free(preflight, TAILQ_FIRST(&preflight->held));
	rest_if_empty(preflight);
}
