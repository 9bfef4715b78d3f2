/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/xmalloc.h"

#include "preflight/fix/fix_plan.h"
#include "preflight/fix/fix_tree.h"
#include "preflight/judge/fix_price.h"
#include "preflight/judge/judge.h"
#include "preflight/judge/judge_grant.h"
#include "preflight/probe/grant.h"

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
	for (size_t i = 0; i < scene->tree_count; i++) {
		const struct fix_tree *tree = &scene->trees[i];

		if (!fix_tree_is_writable(tree, scene->worker))
			continue;
		add_price(fix,
		    xasprintf("%s may change files below %s",
			scene->worker_user, tree->path));
		fix->advised = false;
	}
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

void
fix_price_plans(struct judge *judge, struct finding *finding,
    const struct fix_scene *scene, const struct answer *obstacles, size_t count)
{
	struct strvec dirs = STRVEC_INIT;
	struct grant grant = { .files = 0 };

	dirs_of(obstacles, count, &dirs);
	if (dirs.len > 0 && finding->fix_count > 0)
		judge_grant_opened(judge, &dirs, &grant);
	for (size_t i = 0; i < finding->fix_count; i++) {
		struct fix *fix = &finding->fixes[i];

		if (is_traverse(fix)) {
			price_traverse(fix, &grant);
			price_writing(fix, scene);
		} else if (strcmp(fix->id, "seed-membership") == 0) {
			price_seed(judge, fix);
		}
	}
	grant_done(&grant);
	strvec_done(&dirs);
}
