/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/xmalloc.h"

#include "preflight/fix/fix_model.h"
#include "preflight/fix/fix_tree.h"
#include "preflight/judge/fix_scene.h"
#include "preflight/judge/judge_grant.h"
#include "preflight/judge/tree_secrets.h"
#include "preflight/probe/grant.h"
#include "preflight/report/sentence.h"

/*
 * The app child sees its own tree and tells by arithmetic what else the worker
 * would meet.
 */

void
fix_scene_fill(const struct judge *judge, struct fix_scene *scene)
{
	*scene = (struct fix_scene){
		.worker = &judge->identity->cred,
		.worker_user = judge->user,
		.worker_group = judge->group,
		.app = &judge->view->cred,
		.app_user = judge->view->user,
		.app_group = sentence_group(judge->view->cred.gid),
		.program = judge->view->name,
	};
}

void
fix_scene_done(struct fix_scene *scene)
{
	free((char *)scene->app_group);
}

static bool
holds(const struct answer *list, size_t count, const char *blocker)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i].blocker != NULL &&
		    strcmp(list[i].blocker, blocker) == 0)
			return true;
	}
	return false;
}

/* Adds to what the plan costs; takes the text. */
static void
add_price(struct fix *fix, char *text)
{
	char *before = fix->price;

	fix->price = before == NULL ? text : xasprintf("%s; %s", before, text);
	if (before != NULL) {
		free(before);
		free(text);
	}
}

/* Directories among the obstacles: what a plan opens. */
static void
dirs_of(const struct answer *obstacles, size_t count, struct strvec *dirs)
{
	for (size_t i = 0; i < count; i++) {
		if (obstacles[i].blocker != NULL &&
		    S_ISDIR(obstacles[i].facts.mode))
			strvec_push(dirs, obstacles[i].blocker);
	}
}

/* A plan that lets the worker reach secrets is shown, but is none to apply. */
static void
price_traverse(struct fix *fix, const struct grant *grant)
{
	if (grant->files == 0)
		return;
	add_price(fix, grant_price(grant));
	if (grant->suspicious > 0 || grant->writable > 0)
		fix->advised = false;
}

/* Neither is one that lets it get at what it may change (PF506). */
static void
price_writing(struct fix *fix, const struct fix_scene *scene)
{
	if (scene->tree == NULL ||
	    !fix_tree_is_writable(scene->tree, scene->worker))
		return;
	add_price(fix,
	    xasprintf("%s may change files below %s", scene->worker_user,
		scene->tree->path));
	fix->advised = false;
}

static void
price_seed(struct judge *judge, struct fix *fix)
{
	struct grant grant;

	judge_grant_group(judge, &grant);
	free(fix->price);
	fix->price = grant_price(&grant);
	for (size_t i = 0; i < grant.worst.len; i++)
		strvec_pushf(&fix->also_gains, "%s: %s", judge->user,
		    grant.worst.items[i]);
	grant_done(&grant);
}

static bool
is_traverse(const struct fix *fix)
{
	return strcmp(fix->id, "acl-traverse") == 0 ||
	    strcmp(fix->id, "group-traverse") == 0 ||
	    strcmp(fix->id, "other-traverse") == 0;
}

/* Contract P5.6, rule 7: what else would each plan open? */
static void
price_plans(struct judge *judge, struct finding *finding,
    const struct answer *obstacles, size_t count)
{
	struct strvec dirs = STRVEC_INIT;
	struct grant grant = { .files = 0 };

	dirs_of(obstacles, count, &dirs);
	if (dirs.len > 0 && finding->fix_count > 0)
		judge_grant_opened(judge, &dirs, &grant);
	for (size_t i = 0; i < finding->fix_count; i++) {
		if (is_traverse(&finding->fixes[i]))
			price_traverse(&finding->fixes[i], &grant);
		else if (strcmp(finding->fixes[i].id, "seed-membership") == 0)
			price_seed(judge, &finding->fixes[i]);
	}
	grant_done(&grant);
	strvec_done(&dirs);
}

/* The tree as plans want it; secrets is where they are kept. */
static struct fix_tree
tree_of(const struct judge *judge, const char *path,
    const struct tree_result *tree, struct tree_secrets *secrets)
{
	struct fix_tree out = {
		.path = path,
		.classes = tree->classes,
		.class_count = tree->class_count,
		.secrets = &secrets->paths,
	};

	if (!fix_tree_is_open(&out, &judge->identity->cred)) {
		tree_secrets_find(judge, path, secrets);
		out.complete = secrets->complete && tree->complete;
		out.mixed = secrets->mixed;
	}
	return out;
}

/* Whether who owns it gets there, and so can run the commands about it. */
static bool
is_reached_by_owner(const struct judge *judge, const struct answer *obstacle)
{
	const struct question question = {
		.what = ASK_STAT,
		.path = obstacle->blocker,
	};
	struct cred owner = { .uid = obstacle->facts.uid };
	struct answer answer;
	bool reached = false;
	const struct probe_as as = {
		.cred = &owner,
		.proc_fd = -1,
		.umask = -1,
		.image = judge->image,
	};

	if (owner.uid == 0 || obstacle->blocker == NULL)
		return true;
	if (cred_resolve(owner.uid, &owner, NULL) == -1)
		owner = (struct cred){ .uid = obstacle->facts.uid,
			.gid = obstacle->facts.gid };
	if (probe_ask(&as, &question, 1, &answer, &judge->probe, NULL) == 0) {
		reached = answer.verdict != ANSWER_NO;
		answer_done(&answer);
	}
	cred_done(&owner);
	return reached;
}

static bool
are_reached(const struct judge *judge, const struct answer *obstacles,
    size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!is_reached_by_owner(judge, &obstacles[i]))
			return false;
	}
	return true;
}

void
fix_scene_file(const struct judge *judge, struct finding *finding,
    const struct answer *answer)
{
	struct fix_scene scene;

	if (!is_reached_by_owner(judge, answer))
		return;
	fix_scene_fill(judge, &scene);
	fix_plan_access(finding, &scene, answer, 1);
	fix_scene_done(&scene);
}

void
fix_scene_tree(struct judge *judge, struct finding *finding, const char *path,
    const struct tree_result *result)
{
	struct tree_secrets secrets = { .paths = STRVEC_INIT };
	struct fix_tree tree = tree_of(judge, path, result, &secrets);
	struct fix_scene scene;

	fix_scene_fill(judge, &scene);
	scene.tree = &tree;
	fix_plan_tree(finding, &scene);
	fix_scene_done(&scene);
	tree_secrets_done(&secrets);
}

/* "3 of 20 files": what will still be refused when the way is free. */
static void
tell_tree(struct judge *judge, struct finding *finding, const char *path,
    const struct tree_result *tree)
{
	size_t closed = 0;

	for (size_t i = 0; i < tree->class_count; i++) {
		if (S_ISREG(tree->classes[i].facts.mode) &&
		    !access_granted(&judge->identity->cred,
			&tree->classes[i].facts, ACCESS_READ))
			closed += tree->classes[i].members;
	}
	if (closed > 0)
		strvec_pushf(&finding->needed_for,
		    "and, once this is fixed, %zu of %zu files below %s are "
		    "unreadable as well",
		    closed, tree->files, path);
}

static void
tell_obstacles(struct finding *finding, const struct answer *first,
    const struct answer *behind, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (behind[i].blocker != NULL &&
		    strcmp(behind[i].blocker, first->blocker) != 0)
			strvec_pushf(&finding->needed_for,
			    "and, once this is fixed, %s is in the way as well",
			    behind[i].blocker);
	}
}

/* What a plain setfacl -m, which everybody would type, does to other entries:
 * the plan keeps the mask (contract P7 T116). */
static void
warn_of_masks(struct judge *judge, const struct answer *obstacles, size_t count)
{
	struct finding *finding;
	char *acl;

	for (size_t i = 0; i < count; i++) {
		if (!fix_model_holds_back(&obstacles[i].facts,
			judge->identity->cred.uid))
			continue;
		acl = sentence_acl(&obstacles[i].facts.acl);
		finding = finding_create(PF507, obstacles[i].blocker);
		finding->uid = judge->identity->cred.uid;
		finding_say(finding,
		    "the mask of %s holds back other entries (%s): setfacl -m "
		    "without m:: would put them into force",
		    obstacles[i].blocker, acl);
		program_report_add(judge->program, finding);
		free(acl);
	}
}

/* Plans for what is in the way, and their prices. */
static void
plan(struct judge *judge, struct finding *finding, const char *path,
    const struct tree_result *result, const struct answer *obstacles,
    size_t count)
{
	struct tree_secrets secrets = { .paths = STRVEC_INIT };
	struct fix_tree tree;
	struct fix_scene scene;

	if (!are_reached(judge, obstacles, count))
		return;
	fix_scene_fill(judge, &scene);
	if (result != NULL) {
		tree = tree_of(judge, path, result, &secrets);
		scene.tree = &tree;
	}
	fix_plan_access(finding, &scene, obstacles, count);
	price_plans(judge, finding, obstacles, count);
	for (size_t i = 0; i < finding->fix_count; i++) {
		if (is_traverse(&finding->fixes[i]))
			price_writing(&finding->fixes[i], &scene);
	}
	warn_of_masks(judge, obstacles, count);
	fix_scene_done(&scene);
	tree_secrets_done(&secrets);
}

void
fix_scene_access(struct judge *judge, struct finding *finding,
    const struct question *question, const struct answer *first,
    const struct tree_result *tree)
{
	const struct probe_as app = {
		.cred = &judge->view->cred,
		.proc_fd = judge->identity->proc_fd,
		.view = identity_view(judge->identity),
		.image = judge->image,
		.umask = -1,
	};
	struct answer *behind;
	size_t count = 0;

	if (finding->fix_count > 0)
		return;
	behind = probe_obstacles(&app, &judge->identity->cred, question, &count,
	    &judge->probe);
	/* The app's user may see nothing in the way, or no further. */
	if (first->blocker != NULL && !holds(behind, count, first->blocker))
		plan(judge, finding, question->path, tree, first, 1);
	else
		plan(judge, finding, question->path, tree, behind, count);
	tell_obstacles(finding, first, behind, count);
	if (tree != NULL)
		tell_tree(judge, finding, question->path, tree);
	for (size_t i = 0; i < count; i++)
		answer_done(&behind[i]);
	free(behind);
}
