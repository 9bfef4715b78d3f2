/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "config/config.h"

#include "preflight/checkup.h"
#include "preflight/exit_code.h"
#include "preflight/judge.h"
#include "preflight/judge_nginx.h"
#include "preflight/report.h"

/*
 * The order of a run.  Each program meets every nginx that it may belong to;
 * what was found out about an nginx is kept for the next program, so that a
 * hundred programs read its identity once.
 */

struct checkup {
	const struct options *options;
	struct report *report;
	struct program_views views;
	struct nginx_instances instances;
	/* What the report knows already; the number is that of instances. */
	const char **identity_ids;
	size_t announced;
};

/* "n1" for the identity; reported when it is first needed. */
static const char *
identity_id(struct checkup *checkup, const struct nginx_instance *instance,
    const struct identity *identity)
{
	const struct report *report = checkup->report;
	size_t number = 0;

	for (size_t i = 0; i < checkup->instances.count; i++) {
		const struct nginx_instance *one = checkup->instances.items[i];

		for (size_t j = 0; j < one->identity_count; j++, number++) {
			if (one->identities[j] == identity)
				return report->identities[number].id;
		}
	}
	(void)instance;
	return NULL;
}

/* Reports instances that were found since the last time. */
static void
announce(struct checkup *checkup)
{
	for (; checkup->announced < checkup->instances.count;
	     checkup->announced++) {
		const struct nginx_instance *one =
		    checkup->instances.items[checkup->announced];

		judge_nginx(checkup->report, one);
		for (size_t i = 0; i < one->identity_count; i++)
			judge_nginx_identity(checkup->report, one,
			    one->identities[i]);
	}
}

static struct tree_budget
choose_budget(const struct options *options, const struct preflight_keys *keys)
{
	struct tree_budget budget = options->full ? tree_budget_full
	    : options->format == FORMAT_GATE	  ? tree_budget_start
						  : tree_budget_provision;

	if (keys->budget_files > 0)
		budget.entries = (size_t)keys->budget_files;
	if (keys->budget_opens > 0)
		budget.opens = (size_t)keys->budget_opens;
	return budget;
}

static void
judge_identity(struct checkup *checkup, struct judge *judge,
    const struct pairing *pairing, const struct identity *identity)
{
	struct finding *finding;

	judge->identity = identity;
	judge->identity_id = identity_id(checkup, judge->instance, identity);
	judge_init(judge);
	if (identity->cred.uid == judge->view->cred.uid &&
	    identity->cred.uid != 0) {
		finding = finding_create(PF012, NULL);
		finding_say(finding,
		    "nginx and the program both run as %s: "
		    "nothing separates them",
		    judge->user);
		finding->uid = identity->cred.uid;
		program_report_add(judge->program, finding);
	}
	judge_pairing(judge, pairing);
	judge_done(judge);
}

/* The best reason the program was paired by with this nginx. */
static enum pair_reason
judge_instance(struct checkup *checkup, struct judge *judge,
    const struct nginx_instance *instance)
{
	struct pairing pairing;
	enum pair_reason by;

	if (instance->site_problem != NULL)
		return PAIR_NONE;
	judge->instance = instance;
	pairing_make(&checkup->views, judge->view, &instance->site, &pairing);
	by = pairing.by;
	if (pairing.need_count > 0 || pairing.miss_count > 0) {
		for (size_t i = 0; i < instance->identity_count; i++)
			judge_identity(checkup, judge, &pairing,
			    instance->identities[i]);
	}
	pairing_done(&pairing);
	return by;
}

static void
note_unpaired(struct judge *judge, const char *key)
{
	struct finding *finding = finding_create(PF010, NULL);
	char *sockets;
	struct strvec paths = STRVEC_INIT;

	for (size_t i = 0; i < judge->view->plan.socket_count; i++)
		strvec_push(&paths, judge->view->plan.sockets[i].path);
	sockets = strvec_join(&paths, ", ");
	finding_say(finding,
	    "no nginx configuration (%s) leads to this "
	    "program%s%s",
	    key, paths.len > 0 ? "; its sockets: " : "", sockets);
	if (judge->view->keys.demanded)
		finding->severity = SEVERITY_ERROR;
	program_report_add(judge->program, finding);
	free(sockets);
	strvec_done(&paths);
}

/* Where the program will bind is part of its configuration; what is not known
 * of it may hide a pair. */
static void
note_undecided_sockets(struct judge *judge, enum pair_reason by)
{
	const struct strvec *undecided = &judge->view->plan.undecided;
	struct finding *finding;

	if (by == PAIR_SOCKET || by == PAIR_TCP)
		return;
	for (size_t i = 0; i < undecided->len; i++) {
		finding = finding_create(PF122, NULL);
		finding_say(finding,
		    "where the program listens is not known: "
		    "%s; preflight_socket= can say it",
		    undecided->items[i]);
		program_report_add(judge->program, finding);
	}
}

static int
find_instances(struct checkup *checkup, const char *key,
    const struct preflight_keys *keys, struct nginx_range *range, char **cause)
{
	const struct options *options = checkup->options;
	const struct nginx_instance_options finding = {
		.key = key,
		.assume = options->assume_user != NULL ? options->assume_user
						       : keys->nginx_user,
		.ignore_running = options->assume_user != NULL,
		.root = options->root,
	};

	if (nginx_instances_find(&checkup->instances, &finding, range, cause) ==
	    -1)
		return -1;
	announce(checkup);
	return 0;
}

static int
check_program(struct checkup *checkup, const struct program_view *view,
    char **cause)
{
	const struct options *options = checkup->options;
	const char *key =
	    options->nginx != NULL ? options->nginx : view->keys.nginx;
	struct judge judge = {
		.report = checkup->report,
		.view = view,
		.budget = choose_budget(options, &view->keys),
	};
	enum pair_reason by = PAIR_NONE, one;
	struct nginx_range range = { 0, 0 };

	judge.program =
	    report_add_program(checkup->report, view->name, view->user);
	if (options->format == FORMAT_GATE)
		judge.probe.deadline_ms =
		    clock_mono_ms() + view->keys.timeout_s * 1000;
	judge_app(&judge);
	if (strcmp(key, "none") == 0)
		return 0;
	if (find_instances(checkup, key, &view->keys, &range, cause) == -1)
		return -1;
	for (size_t i = range.first; i < range.last; i++) {
		one = judge_instance(checkup, &judge,
		    checkup->instances.items[i]);
		by = one > by ? one : by;
	}
	note_undecided_sockets(&judge, by);
	if (by == PAIR_NONE)
		note_unpaired(&judge, key);
	else
		judge.program->paired_by = xstrdup(pair_reason_name(by));
	return 0;
}

/* Without anybody saying so, a program is checked if it has asked for it, or
 * if nobody in the file has. */
static bool
is_wanted(const struct checkup *checkup, const struct program_view *view,
    bool anybody_asked)
{
	const struct options *options = checkup->options;

	if (options->programs.len > 0) {
		for (size_t i = 0; i < options->programs.len; i++) {
			if (program_view_is(view, options->programs.items[i]))
				return true;
		}
		return false;
	}
	if (options->all || view->keys.mode != PREFLIGHT_OFF)
		return true;
	return !anybody_asked && !view->keys.mode_said;
}

static int
check_programs(struct checkup *checkup, char **cause)
{
	bool anybody_asked = false;
	size_t checked = 0;

	for (size_t i = 0; i < checkup->views.count; i++)
		anybody_asked = anybody_asked ||
		    checkup->views.items[i].keys.mode != PREFLIGHT_OFF;
	for (size_t i = 0; i < checkup->views.count; i++) {
		const struct program_view *view = &checkup->views.items[i];

		if (!is_wanted(checkup, view, anybody_asked))
			continue;
		checked++;
		if (check_program(checkup, view, cause) == -1)
			return -1;
	}
	if (checked == 0 && checkup->options->programs.len > 0)
		return cause_set(cause, "the configuration has no program '%s'",
		    checkup->options->programs.items[0]);
	return 0;
}

static char *
host_name(void)
{
	char name[256];

	if (gethostname(name, sizeof(name)) == -1)
		return xstrdup("localhost");
	name[sizeof(name) - 1] = '\0';
	return xstrdup(name);
}

static void
settle(struct checkup *checkup, int64_t started)
{
	const struct options *options = checkup->options;
	struct report *report = checkup->report;

	if (options->has_fail_level)
		report->fail_level = options->fail_level;
	report->mode = options->format == FORMAT_GATE ? "start" : "provision";
	report_finish(report);
	report->exit =
	    exit_code_of(report, options->undecided, options->require_probed);
	report->duration_ms = clock_mono_ms() - started;
}

int
checkup_run(const struct options *options, struct report *report, char **cause)
{
	struct checkup checkup = { .options = options, .report = report };
	struct config_overrides overrides = CONFIG_OVERRIDES_INIT;
	int64_t started = clock_mono_ms();
	struct config *config;
	int failed;

	overrides.path = options->conf;
	config = config_load(&overrides, NULL, cause);
	if (config == NULL)
		return -1;
	report->host = host_name();
	report->started_ms = clock_wall_ms();
	failed = program_views_read(config, &checkup.views, cause);
	if (!failed)
		failed = check_programs(&checkup, cause);
	if (!failed)
		settle(&checkup, started);
	nginx_instances_done(&checkup.instances);
	program_views_done(&checkup.views);
	config_free(config);
	return failed;
}
