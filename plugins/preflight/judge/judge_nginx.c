/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>

#include "base/xmalloc.h"

#include "preflight/judge/judge_nginx.h"
#include "preflight/nginx/nginx_instance.h"
#include "preflight/probe/probe.h"
#include "preflight/report/report.h"
#include "preflight/report/sentence.h"

/*
 * nginx itself: could its configuration be read, who are its workers, and do
 * they differ from what the next ones will be.
 */

static struct finding *
add(struct report *report, enum finding_code code, const char *path)
{
	return report_add(report, finding_create(code, path));
}

static void
judge_files(struct report *report, const struct nginx_instance *instance)
{
	const struct nginx_site *site = &instance->site;
	struct finding *finding;
	int code;

	if (instance->site_problem != NULL) {
		finding = finding_create(PF001,
		    site->conf_path != NULL ? site->conf_path : instance->key);
		finding_say(finding, "%s", instance->site_problem);
		report_add(report, finding);
		return;
	}
	for (size_t i = 0; i < site->problem_count; i++) {
		const struct nginx_problem *problem = &site->problems[i];

		code = finding_code_parse(problem->code);
		finding =
		    finding_create(code == -1 ? PF002 : (enum finding_code)code,
			problem->file);
		if (problem->file != NULL)
			finding->at =
			    xasprintf("%s:%u", problem->file, problem->line);
		finding_say(finding, "%s", problem->message);
		report_add(report, finding);
	}
}

static void
judge_user(struct report *report, const struct nginx_instance *instance)
{
	struct finding *finding;
	int code;

	if (instance->user_code != NULL) {
		code = finding_code_parse(instance->user_code);
		finding =
		    finding_create(code == -1 ? PF008 : (enum finding_code)code,
			NULL);
		finding_say(finding, "%s", instance->user_problem);
		if (instance->site.user_file != NULL)
			finding->at = xasprintf("%s:%u",
			    instance->site.user_file, instance->site.user_line);
		report_add(report, finding);
		return;
	}
	if (instance->running.count > 0 || !instance->has_user)
		return;
	finding =
	    finding_create(instance->running.hidden ? PF008 : PF004, NULL);
	finding_say(finding,
	    instance->running.hidden
		? "a pid file names an nginx that is not to be seen; its workers "
		  "are taken to be %s:%s (%s)"
		: "nginx does not run; its workers are taken to be %s:%s (%s)",
	    instance->user.user, instance->user.group, instance->user.source);
	report_add(report, finding);
}

/* Both times are whole seconds, and that of the boot, from which a start is
 * counted, is cut as well: what is written just before a start is not newer. */
#define START_SLACK 1

static bool
config_is_newer(const struct nginx_instance *instance,
    const struct identity *identity)
{
	const struct nginx_tree *tree = instance->site.tree;

	return tree != NULL &&
	    tree->changed.tv_sec > (time_t)identity->started + START_SLACK;
}

static char *
group_list(const struct cred *cred)
{
	struct strvec names = STRVEC_INIT;
	char *text;

	for (size_t i = 0; i < cred->group_count; i++)
		strvec_push_taken(&names, sentence_group(cred->groups[i]));
	strvec_sort(&names);
	text = strvec_join(&names, " ");
	strvec_done(&names);
	return text;
}

/* A master that is not root gives its workers what it has itself, groups and
 * all: databases say nothing about the next ones. */
static bool
next_will_differ(const struct nginx_instance *instance,
    const struct identity *identity)
{
	return instance->has_user && instance->master_uid == 0 &&
	    !identity_same_cred(&identity->cred, &instance->user.cred);
}

static void
judge_generation(struct report *report, const struct nginx_instance *instance,
    const struct identity *identity)
{
	struct finding *finding;
	char *now, *then;

	if (identity->draining)
		return;
	if (next_will_differ(instance, identity)) {
		now = group_list(&identity->cred);
		then = group_list(&instance->user.cred);
		finding = finding_create(PF005, instance->site.conf_path);
		finding->uid = identity->cred.uid;
		finding_say(finding,
		    "the running workers (uid %lu, groups %s) "
		    "are not what the next ones will be (uid %lu, groups %s): "
		    "reload nginx",
		    (unsigned long)identity->cred.uid, now,
		    (unsigned long)instance->user.cred.uid, then);
		report_add(report, finding);
		free(now);
		free(then);
	}
	if (config_is_newer(instance, identity)) {
		finding = add(report, PF009, instance->site.conf_path);
		finding_say(finding,
		    "the configuration is newer than the "
		    "running workers (see %s): what is said here holds after "
		    "the next reload",
		    instance->site.tree->changed_path);
	}
}

static void
judge_confinement(struct report *report, const struct identity *identity)
{
	const struct confinement *confinement = &identity->confinement;
	struct finding *finding;

	if (identity->cred.uid == 0) {
		finding = finding_create(PF007, NULL);
		finding_say(finding,
		    "the nginx workers run as root: they can "
		    "read everything, and so can whoever takes them over");
		report_add(report, finding);
	}
	if (confinement->differs) {
		finding = finding_create(PF013, NULL);
		finding_say(finding,
		    "the workers are confined in a way that "
		    "cannot be imitated (seccomp %d, no_new_privs %s%s%s): "
		    "what is allowed here may still be refused to them",
		    confinement->seccomp,
		    confinement->no_new_privs ? "on" : "off",
		    confinement->label == NULL ? "" : ", label ",
		    confinement->label == NULL ? "" : confinement->label);
		report_add(report, finding);
	}
	if (identity->other_namespace || identity->other_root) {
		finding = finding_create(PF014, NULL);
		finding_say(finding,
		    "the workers have a file system view of "
		    "their own; it was looked at from inside");
		report_add(report, finding);
	}
}

static size_t
generations(const struct nginx_instance *instance)
{
	size_t count = 0;

	for (size_t i = 0; i < instance->running.count; i++)
		count += !instance->running.items[i].draining;
	return count;
}

void
judge_nginx(struct report *report, const struct nginx_instance *instance)
{
	struct finding *finding;

	judge_files(report, instance);
	judge_user(report, instance);
	if (instance->running.undecidable > 0) {
		finding = finding_create(PF008, NULL);
		finding_say(finding,
		    "the identity of %zu workers cannot be "
		    "told",
		    instance->running.undecidable);
		report_add(report, finding);
	}
	if (instance->running.count > 1) {
		finding = finding_create(PF006, NULL);
		finding_say(finding,
		    "the workers have %zu different "
		    "identities%s: each is checked",
		    instance->running.count,
		    generations(instance) < instance->running.count
			? ", some of them are shutting down"
			: "");
		report_add(report, finding);
	}
	for (size_t i = 0; i < instance->identity_count; i++) {
		judge_confinement(report, instance->identities[i]);
		if (instance->running.count > 0)
			judge_generation(report, instance,
			    instance->identities[i]);
		if (!probe_can_become(&instance->identities[i]->cred)) {
			finding = finding_create(PF016, NULL);
			finding_say(finding,
			    "without root rights the worker's "
			    "identity cannot be taken: results are inferred "
			    "from modes and ACLs");
			report_add(report, finding);
		}
	}
}

static bool
is_file_of(const struct nginx_site *site, const char *path)
{
	if (site->conf_path != NULL && strcmp(site->conf_path, path) == 0)
		return true;
	for (size_t i = 0; i < site->tree->file_count; i++)
		if (strcmp(site->tree->files[i], path) == 0)
			return true;
	for (size_t i = 0; i < site->problem_count; i++)
		if (site->problems[i].file != NULL &&
		    strcmp(site->problems[i].file, path) == 0)
			return true;
	return false;
}

bool
judge_nginx_is_broken_by(const struct nginx_instance *instance,
    const struct finding *finding)
{
	if (finding->code == PF003)
		return instance->user_problem != NULL &&
		    strcmp(instance->user_problem, finding->message) == 0;
	if (finding->code != PF001 && finding->code != PF002)
		return false;
	return finding->path == NULL ||
	    is_file_of(&instance->site, finding->path);
}

bool
identity_is_taken(const struct identity *identity)
{
	return identity->image == NULL && probe_can_become(&identity->cred);
}

static struct report_identity *
fill(struct report_identity *new, const struct nginx_instance *instance,
    const struct identity *identity)
{
	const struct cred *cred = &identity->cred;

	new->source = xstrdup(instance->source);
	new->uid = cred->uid;
	new->gid = cred->gid;
	new->user = instance->has_computed ? xstrdup(instance->user.user)
					   : sentence_user(cred->uid);
	new->pid_count = identity->pid_count;
	if (identity->pid_count > 0)
		new->pids = xmemdup(identity->pids,
		    identity->pid_count * sizeof(*identity->pids));
	new->group_count = cred->group_count;
	if (cred->group_count > 0)
		new->groups = xmemdup(cred->groups,
		    cred->group_count * sizeof(*cred->groups));
	new->root = xstrdup(identity->root == NULL ? "/" : identity->root);
	new->mnt_ns = xstrdup(identity->other_namespace ? "other" : "same");
	new->generation = xstrdup(identity->draining ? "old" : "current");
	new->seccomp = identity->confinement.seccomp;
	new->nnp = identity->confinement.no_new_privs;
	new->is_taken = identity_is_taken(identity);
	if (identity->confinement.label != NULL)
		new->label = xstrdup(identity->confinement.label);
	return new;
}

const char *
judge_nginx_identity(struct report *report,
    const struct nginx_instance *instance, const struct identity *identity)
{
	return fill(report_add_identity(report), instance, identity)->id;
}

void
judge_nginx_stale(struct report *report, const struct nginx_instance *instance,
    const struct identity *identity)
{
	const char *path = instance->site.conf_path;

	for (size_t i = 0; i < report->finding_count; i++) {
		struct finding *one = report->findings[i];

		if (one->code == PF005 && one->uid == identity->cred.uid &&
		    path != NULL && one->path != NULL &&
		    strcmp(one->path, path) == 0)
			one->severity = SEVERITY_ERROR;
	}
}
