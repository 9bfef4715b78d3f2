/* SPDX-License-Identifier: ISC */
/*
 * Telling those who wait.  Watches may end and begin while they are told: ended
 * ones are only marked, new ones are behind the last that is told this time.
 */
#include <stdlib.h>

#include "base/xmalloc.h"
#include "process/watch.h"

struct process_watch {
	struct watch_list *list; /* NULL once the process is gone */
	process_watch_fn fn;
	void *arg;
	bool ended;
	TAILQ_ENTRY(process_watch) next;
};

void
watch_list_init(struct watch_list *list, struct loop *loop,
    struct process *process)
{
	TAILQ_INIT(&list->watches);
	list->loop = loop;
	list->process = process;
}

static void
forget(struct process_watch *watch)
{
	if (watch->list != NULL)
		TAILQ_REMOVE(&watch->list->watches, watch, next);
	free(watch);
}

static void
forget_ended(struct watch_list *list)
{
	struct process_watch *watch, *after;

	for (watch = TAILQ_FIRST(&list->watches); watch != NULL;
	     watch = after) {
		after = TAILQ_NEXT(watch, next);
		if (watch->ended)
			forget(watch);
	}
}

static void
tell_all(struct watch_list *list)
{
	struct process_watch *last, *watch;

	last = TAILQ_LAST(&list->watches, watch_queue);
	list->telling = true;
	TAILQ_FOREACH(watch, &list->watches, next) {
		if (!watch->ended)
			watch->fn(list->process, watch->arg);
		if (watch == last)
			break;
	}
	list->telling = false;
	forget_ended(list);
}

static void
on_turn_end(void *arg)
{
	struct watch_list *list = arg;

	list->due = false;
	tell_all(list);
}

void
watch_list_notify(struct watch_list *list)
{
	if (list->due || TAILQ_EMPTY(&list->watches))
		return;
	list->due = true;
	loop_defer(list->loop, on_turn_end, list);
}

void
watch_list_done(struct watch_list *list)
{
	struct process_watch *watch;

	loop_defer_cancel(list->loop, on_turn_end, list);
	tell_all(list);
	while ((watch = TAILQ_FIRST(&list->watches)) != NULL) {
		TAILQ_REMOVE(&list->watches, watch, next);
		watch->list = NULL;
	}
}

struct process_watch *
watch_list_add(struct watch_list *list, process_watch_fn fn, void *arg)
{
	struct process_watch *watch = xcalloc(1, sizeof(*watch));

	watch->list = list;
	watch->fn = fn;
	watch->arg = arg;
	TAILQ_INSERT_TAIL(&list->watches, watch, next);
	return watch;
}

void
process_unwatch(struct process_watch *watch)
{
	if (watch == NULL)
		return;
	if (watch->list != NULL && watch->list->telling)
		watch->ended = true;
	else
		forget(watch);
}
