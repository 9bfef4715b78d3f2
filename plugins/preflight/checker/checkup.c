/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "config/config.h"

#include "preflight/checker/checkup.h"
#include "preflight/checker/exit_code.h"
#include "preflight/checker/nginx_met.h"
#include "preflight/fix/fix_image.h"
#include "preflight/judge/judge.h"
#include "preflight/policy/baseline.h"
#include "preflight/policy/policy_apply.h"
#include "preflight/policy/policy_store.h"
#include "preflight/probe/memory.h"
#include "preflight/report/report.h"
#include "preflight/report/report_store.h"
#include "preflight/witness/witness.h"

#define QUESTION_MS_MAX 3000

/*
 * The order of a run.  Each program meets every nginx that it may belong to;
 * what was found out about an nginx is kept for the next program, so that a
 * hundred programs read its identity once.
 */

struct checkup {
	const struct options *options;
	struct report *report;
	struct program_views views;
	struct policy_store policies;
	struct probe_memory *memory;
	struct policy *global; /* of the whole run; NULL: none */
	enum undecided_rule undecided;
	time_t now;
	struct nginx_met met;
};

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
	judge->identity_id = nginx_met_identity(&checkup->met, identity);
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

/* A tree that lies in the places of two users may belong to either. */
static void
note_ambiguous(struct checkup *checkup, struct judge *judge,
    const struct pairing *pairing)
{
	struct finding *finding;

	for (size_t i = 0; i < pairing->need_count; i++) {
		const struct need *need = pairing->needs[i].need;

		for (size_t j = 0;
		     j < checkup->views.count && pairing->needs[i].likely;
		     j++) {
			const struct program_view *other =
			    &checkup->views.items[j];

			if (other->cred.uid == judge->view->cred.uid ||
			    !pairing_is_likely(other, need))
				continue;
			finding = finding_create(PF011, need->path);
			finding_say(finding,
			    "%s may belong to %s (%s) or to "
			    "%s (%s): preflight_static says it",
			    need->path, judge->view->name, judge->view->user,
			    other->name, other->user);
			program_report_add(judge->program, finding);
		}
	}
}

static void
judge_instance(struct checkup *checkup, struct judge *judge, size_t index,
    const struct pairing *pairing)
{
	const struct nginx_instance *instance =
	    checkup->met.instances.items[index];

	judge->instance = instance;
	judge->tenants = &checkup->met.items[index].tenants;
	if (pairing->by == PAIR_STATIC)
		note_ambiguous(checkup, judge, pairing);
	judge->serves_several |=
	    pairing->need_count > 0 && judge->tenants->count > 1;
	if (pairing->need_count > 0 || pairing->miss_count > 0) {
		for (size_t i = 0; i < instance->identity_count; i++)
			judge_identity(checkup, judge, pairing,
			    instance->identities[i]);
	}
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
		finding->subject = xstrdup(undecided->items[i]);
		finding_say(finding,
		    "where the program listens is not known: "
		    "%s; preflight_socket= can say it",
		    undecided->items[i]);
		program_report_add(judge->program, finding);
	}
}

/* The policy that holds for the program: of the command line, or its own. */
static int
find_policy(struct checkup *checkup, const struct program_view *view,
    struct policy **policy, char **cause)
{
	*policy = checkup->global;
	if (checkup->options->policy != NULL || view->keys.policy == NULL)
		return 0;
	*policy = policy_store_get(&checkup->policies, view->keys.policy,
	    checkup->now, cause);
	return *policy == NULL ? -1 : 0;
}

/* Whether it is known for certain which of several nginxes leads to the
 * program, and its configuration can be read. */
static bool
is_settled(const struct nginx_met *met, const struct nginx_range *range,
    const struct pairing *pairings)
{
	for (size_t i = range->first; i < range->last; i++) {
		if (pairings[i - range->first].by == PAIR_SOCKET &&
		    nginx_met_reads_well(met->instances.items[i]))
			return true;
	}
	return false;
}

/* Of several that were only found: what others misspell or cannot be read of
 * them does not matter to a program that is settled. */
static void
leave_others_out(struct nginx_met *met, const struct nginx_range *range,
    const char *key, struct pairing *pairings)
{
	bool settled =
	    strcmp(key, "auto") == 0 && is_settled(met, range, pairings);

	for (size_t i = range->first; i < range->last; i++) {
		struct pairing *pairing = &pairings[i - range->first];

		met->items[i].matters |= !settled || pairing->by != PAIR_NONE;
		if (settled && pairing->by != PAIR_SOCKET)
			pairing->miss_count = 0;
	}
}

/* One nginx, or all that "auto" finds; by is the best reason that any of them
 * is paired with the program. */
static int
check_key(struct checkup *checkup, struct judge *judge, const char *key,
    enum pair_reason *by, char **cause)
{
	struct nginx_met *met = &checkup->met;
	struct nginx_range range = { 0, 0 };
	struct pairing *pairings;

	if (nginx_met_find(met, key, &judge->view->keys, &range, cause) == -1)
		return -1;
	pairings = xcalloc(range.last - range.first, sizeof(*pairings));
	for (size_t i = range.first; i < range.last; i++) {
		if (met->instances.items[i]->site_problem == NULL)
			pairing_make(&checkup->views, judge->view,
			    &met->instances.items[i]->site,
			    &pairings[i - range.first]);
	}
	leave_others_out(met, &range, key, pairings);
	for (size_t i = range.first; i < range.last; i++) {
		struct pairing *pairing = &pairings[i - range.first];

		judge_instance(checkup, judge, i, pairing);
		*by = pairing->by > *by ? pairing->by : *by;
		pairing_done(pairing);
	}
	free(pairings);
	return 0;
}

static int
check_nginx(struct checkup *checkup, struct judge *judge, char **cause)
{
	const struct preflight_keys *keys = &judge->view->keys;
	const char *said = checkup->options->nginx;
	const char *key = said != NULL ? said : keys->nginx;
	enum pair_reason by = PAIR_NONE;

	if (strcmp(key, "none") == 0)
		return 0;
	if (check_key(checkup, judge, key, &by, cause) == -1)
		return -1;
	for (size_t i = 0; said == NULL && i < keys->more_nginx.len; i++) {
		if (check_key(checkup, judge, keys->more_nginx.items[i], &by,
			cause) == -1)
			return -1;
	}
	note_undecided_sockets(judge, by);
	if (by == PAIR_NONE)
		note_unpaired(judge, key);
	else
		judge->program->paired_by = xstrdup(pair_reason_name(by));
	return 0;
}

/* How long one thing may be waited for: the rest has to be looked at, too. */
static int64_t
question_ms(long timeout_s)
{
	int64_t half = timeout_s * 1000 / 2;

	return half < QUESTION_MS_MAX ? half : QUESTION_MS_MAX;
}

static int
check_program(struct checkup *checkup, const struct program_view *view,
    char **cause)
{
	const struct options *options = checkup->options;
	int64_t trees_ms = 0;
	struct judge judge = {
		.report = checkup->report,
		.view = view,
		.image = options->root,
		.stat_only = options->stat_only,
		.budget = choose_budget(options, &view->keys),
		.probe.memory = checkup->memory,
		.probe.trees_ms = &trees_ms,
		.gate = options->format == FORMAT_GATE,
		.running = options->running,
		.confirm = options->confirm_http || view->keys.confirm_http,
	};
	struct policy *policy;

	if (judge.confirm)
		witness_give_up();
	if (find_policy(checkup, view, &policy, cause) == -1)
		return -1;
	if (policy != NULL)
		judge.more_secrets = policy->secrets_add.items;
	judge.program =
	    report_add_program(checkup->report, view->name, view->user);
	if (view->directory != NULL)
		strvec_push(&judge.program->places, view->directory);
	if (view->home != NULL)
		strvec_push(&judge.program->places, view->home);
	judge.probe.timeout_ms = question_ms(view->keys.timeout_s);
	if (options->format == FORMAT_GATE)
		judge.probe.deadline_ms =
		    clock_mono_ms() + view->keys.timeout_s * 1000;
	judge_app(&judge);
	if (check_nginx(checkup, &judge, cause) == -1)
		return -1;
	judge_home(&judge);
	if (policy != NULL)
		policy_apply_program(policy, checkup->report, judge.program,
		    checkup->now);
	return 0;
}

/* Before anything is asked: policies may say what to ask. */
static int
apply_policies(struct checkup *checkup, char **cause)
{
	struct policy *policy;

	for (size_t i = 0; i < checkup->views.count; i++) {
		struct program_view *view = &checkup->views.items[i];

		if (find_policy(checkup, view, &policy, cause) == -1)
			return -1;
		if (policy != NULL) {
			policy_apply_keys(policy, view->name, &view->keys);
			program_view_plan(view);
		}
	}
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

/* The first that says it: command line, policy, [preflight]. */
static int
choose_levels(struct checkup *checkup, const struct config *config,
    char **cause)
{
	const struct options *options = checkup->options;
	const struct policy *policy = checkup->global;
	const char *word = preflight_global(config, "fail_level");
	int level = word == NULL ? SEVERITY_ERROR : severity_parse(word);

	if (level <= SEVERITY_UNDECIDED)
		return cause_set(cause,
		    "[preflight] fail_level: '%s' is none "
		    "of info, notice, warning, error, critical",
		    word);
	checkup->report->fail_level = options->has_fail_level
	    ? options->fail_level
	    : policy != NULL && policy->has_fail_level ? policy->fail_level
						       : (enum severity)level;
	checkup->undecided = options->has_undecided   ? options->undecided
	    : policy != NULL && policy->has_undecided ? policy->undecided
						      : UNDECIDED_CODE_2;
	return 0;
}

static int
open_policy(struct checkup *checkup, const struct config *config, char **cause)
{
	const char *path = checkup->options->policy != NULL
	    ? checkup->options->policy
	    : preflight_global(config, "policy");

	if (path == NULL)
		return 0;
	checkup->global =
	    policy_store_get(&checkup->policies, path, checkup->now, cause);
	return checkup->global == NULL ? -1 : 0;
}

static int
settle(struct checkup *checkup, int64_t started, char **cause)
{
	const struct options *options = checkup->options;
	struct report *report = checkup->report;

	judge_confirm_settle(report);
	nginx_met_settle(&checkup->met);
	if (checkup->global != NULL)
		policy_apply_report(checkup->global, report, checkup->now);
	/* Programs that were not looked at may need their waivers. */
	for (size_t i = 0;
	     options->programs.len == 0 && i < checkup->policies.count; i++)
		policy_report_waivers(checkup->policies.items[i], report,
		    checkup->now);
	report->mode = options->running	     ? "running"
	    : options->format == FORMAT_GATE ? "start"
					     : "provision";
	if (options->root != NULL)
		fix_in_image(report, options->root);
	report_finish(report);
	if (options->baseline != NULL) {
		if (baseline_subtract(options->baseline, report, cause) == -1)
			return -1;
		report_finish(report);
	}
	exit_code_set(report, checkup->undecided, options->require_probed);
	report->duration_ms = clock_mono_ms() - started;
	return 0;
}

static int
run(struct checkup *checkup, const struct config *config, char **cause)
{
	int64_t started = clock_mono_ms();

	checkup->report->host = host_name();
	checkup->report->started_ms = clock_wall_ms();
	if (open_policy(checkup, config, cause) == -1 ||
	    choose_levels(checkup, config, cause) == -1 ||
	    program_views_read(config, checkup->options->root, &checkup->views,
		cause) == -1 ||
	    apply_policies(checkup, cause) == -1 ||
	    check_programs(checkup, cause) == -1)
		return -1;
	return settle(checkup, started, cause);
}

/* A report under other conditions than the daemon's is not the program's. */
static char *
store_for(const struct options *options, const struct config *config)
{
	const char *dir = preflight_global(config, "report_dir");

	if (dir == NULL || *dir == '\0' || options->root != NULL ||
	    options->baseline != NULL || options->assume_user != NULL ||
	    options->nginx != NULL || options->policy != NULL)
		return NULL;
	return xstrdup(dir);
}

int
checkup_run(const struct options *options, struct report *report, char **cause)
{
	struct checkup checkup = {
		.options = options,
		.report = report,
		.now = clock_wall().tv_sec,
	};
	struct config *config;
	int failed;

	checkup.met = (struct nginx_met){ .options = options,
		.report = report,
		.views = &checkup.views };
	config = checkup_config(options, cause);
	if (config == NULL)
		return -1;
	report->conf = xstrdup(config->path);
	report->store = store_for(options, config);
	if (options->keep || report->store != NULL)
		witness_begin();
	witness_system();
	witness_nginx(0);
	checkup_note_config(config);
	checkup.memory = checkup.met.memory = probe_memory_create();
	failed = run(&checkup, config, cause);
	probe_memory_free(checkup.memory);
	nginx_met_done(&checkup.met);
	program_views_done(&checkup.views);
	policy_store_done(&checkup.policies);
	config_free(config);
	return failed;
}

int
checkup_stored(const struct options *options, struct strbuf *out, char **cause)
{
	struct config *config = checkup_config(options, cause);
	const char *dir;

	if (config == NULL)
		return -1;
	dir = preflight_global(config, "report_dir");
	if (dir != NULL)
		report_store_read(dir, config->path, options->programs.items[0],
		    out);
	config_free(config);
	return 0;
}
