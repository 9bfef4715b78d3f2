/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/xmalloc.h"

#include "preflight/fix_scene.h"
#include "preflight/grant.h"
#include "preflight/judge_grant.h"
#include "preflight/sentence.h"

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
	if (grant->suspicious > 0)
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

/* What the app's user sees in the way, or the answer alone if it does not see
 * that either. */
void
fix_scene_access(struct judge *judge, struct finding *finding,
    const struct question *question, const struct answer *first)
{
	const struct probe_as app = {
		.cred = &judge->view->cred,
		.proc_fd = judge->identity->proc_fd,
		.image = judge->image,
		.umask = -1,
	};
	const struct answer *obstacles;
	struct answer *behind;
	struct fix_scene scene;
	size_t count = 0, known;

	if (finding->fix_count > 0)
		return;
	behind = probe_obstacles(&app, &judge->identity->cred, question, &count,
	    &judge->probe);
	obstacles = behind;
	known = count;
	if (first->blocker != NULL && !holds(behind, count, first->blocker)) {
		obstacles = first;
		known = 1;
	}
	fix_scene_fill(judge, &scene);
	fix_plan_access(finding, &scene, obstacles, known);
	price_plans(judge, finding, obstacles, known);
	for (size_t i = 0; i < count; i++) {
		if (behind[i].blocker != NULL &&
		    strcmp(behind[i].blocker, first->blocker) != 0)
			strvec_pushf(&finding->needed_for,
			    "and, once this is fixed, %s is in the way as well",
			    behind[i].blocker);
		answer_done(&behind[i]);
	}
	free(behind);
	fix_scene_done(&scene);
}
