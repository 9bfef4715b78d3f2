/* SPDX-License-Identifier: ISC */
/*
 * The preflight plugin: before a program starts, the checker is asked whether
 * the paired nginx worker can reach it.  The checker is a process of its own
 * with a deadline.
 *
 * preflight=block: the start waits and a failure refuses it.
 * preflight=warn:  the start goes on at once, the answer is logged.
 * preflight=off:   nothing is asked.
 *
 * A program that wants a runtime directory waits for that in every mode.  When
 * it runs, the checker looks once more, at the socket as it really is.
 */
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "preflight/gate/plugin.h"

static void
answer(struct preflight *preflight, struct supd_question *question,
    const char *refusal)
{
	preflight->host->gate_answer(preflight->host, question, refusal);
}

/* Only a proven failure holds a program back. */
static void
on_checked(struct preflight *preflight, const struct supd_process *process,
    const struct supd_result *result, void *arg)
{
	const struct record *record =
	    record_renew(preflight, process, result, true);
	char *refusal = NULL;

	if (record->verdict == VERDICT_FAIL)
		refusal = xasprintf("preflight: %s", record->sentence);
	answer(preflight, arg, refusal);
	if (refusal != NULL)
		hold_add(preflight, process);
	free(refusal);
}

/* Nobody waits for it. */
static void
on_noted(struct preflight *preflight, const struct supd_process *process,
    const struct supd_result *result, void *arg)
{
	(void)arg;
	record_renew(preflight, process, result, true);
}

static void
check_start(struct preflight *preflight, const struct supd_process *process,
    struct supd_question *question)
{
	enum mode mode = settings_mode(preflight, process);

	if (mode == MODE_BLOCK) {
		check_ask(preflight, CHECK_START, process, on_checked,
		    question);
		return;
	}
	if (mode == MODE_WARN &&
	    !check_is_under_way(preflight, CHECK_START, process->program))
		check_ask(preflight, CHECK_START, process, on_noted, NULL);
	answer(preflight, question, NULL);
}

/* "verdict TAB sentence": whatever came of it, the start goes on. */
static void
on_prepared(struct preflight *preflight, const struct supd_process *process,
    const struct supd_result *result, void *arg)
{
	const struct supd_host *host = preflight->host;
	struct record made = { .kept = -1 };
	char *text;

	record_take(&made, result);
	if (made.verdict != VERDICT_OK) {
		text = xasprintf("runtime directory of '%s': %s",
		    process->program, made.sentence);
		host->log(host, SUPD_WARN, text);
		free(text);
	}
	free(made.sentence);
	free(made.report);
	check_start(preflight, process, arg);
}

static void
on_start_asked(struct supd_question *question,
    const struct supd_process *process, void *arg)
{
	struct preflight *preflight = arg;

	hold_drop(preflight, process);
	if (settings_runtime_dir(preflight, process))
		check_ask(preflight, CHECK_PREPARE, process, on_prepared,
		    question);
	else
		check_start(preflight, process, question);
}

static void
on_start_cancelled(struct supd_question *question, void *arg)
{
	check_forget(arg, question);
}

/* What was new before the start was told then. */
static void
on_running_checked(struct preflight *preflight,
    const struct supd_process *process, const struct supd_result *result,
    void *arg)
{
	(void)arg;
	record_renew(preflight, process, result, false);
}

static void
on_running(const struct supd_process *process, void *arg)
{
	struct preflight *preflight = arg;

	if (settings_mode(preflight, process) != MODE_OFF)
		check_ask(preflight, CHECK_RUNNING, process, on_running_checked,
		    NULL);
}

static void *
start(const struct supd_host *host)
{
	struct preflight *preflight;

	if (host->abi != SUPD_PLUGIN_ABI || host->size < sizeof(*host))
		return NULL;
	preflight = xcalloc(1, sizeof(*preflight));
	preflight->host = host;
	SLIST_INIT(&preflight->records);
	TAILQ_INIT(&preflight->checks);
	TAILQ_INIT(&preflight->held);
	host->gate_keep(host, on_start_asked, on_start_cancelled, preflight);
	host->watch_running(host, on_running, preflight);
	rpc_methods_add(preflight);
	return preflight;
}

static void
stop(void *data)
{
	struct preflight *preflight = data;

	checks_free(preflight);
	holds_free(preflight);
	records_free(preflight);
	free(preflight);
}

__attribute__((visibility("default"))) const struct supd_plugin supd_plugin = {
	.abi = SUPD_PLUGIN_ABI,
	.size = sizeof(struct supd_plugin),
	.name = "preflight",
	.start = start,
	.stop = stop,
};
