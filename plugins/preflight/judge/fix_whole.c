/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"

#include "preflight/fix/fix_model.h"
#include "preflight/fix/fix_plan.h"
#include "preflight/judge/fix_matter.h"
#include "preflight/judge/fix_price.h"
#include "preflight/judge/fix_scene.h"
#include "preflight/judge/fix_whole.h"
#include "preflight/judge/judge.h"
#include "preflight/report/sentence.h"

/*
 * Matters of a finding are put together and planned as one.  Obstacles on the
 * way to several are one, and are opened for what all of them need; the plan is
 * tried as a whole before it is shown.
 */

/* What one plan is for. */
struct whole {
	const struct fix_matter **matters;
	size_t matter_count;
	struct answer *obstacles; /* each once; what they hold is borrowed */
	size_t count;
	struct fix_tree *trees;
	size_t tree_count;
};

static bool
may_be_mended(const struct judge *judge, const struct fix_matter *matter)
{
	for (size_t i = 0; i < matter->count; i++) {
		if (!fix_scene_may_mend(judge, &matter->obstacles[i],
			matter->by_link))
			return false;
	}
	return true;
}

static void
whole_done(struct whole *whole)
{
	free(whole->matters);
	free(whole->obstacles);
	free(whole->trees);
}

static bool
is_same_place(const struct answer *a, const struct answer *b)
{
	return a->blocker != NULL && b->blocker != NULL &&
	    strcmp(a->blocker, b->blocker) == 0;
}

/* What everything on the way of which it is needs of it: one plan must not take
 * back what another gives. */
static unsigned
needed_by_all(const struct fix_matters *matters, const struct answer *obstacle)
{
	unsigned need = obstacle->explained.need;

	for (size_t i = 0; i < matters->count; i++) {
		const struct fix_matter *matter = matters->items[i];

		for (size_t j = 0; j < matter->count; j++) {
			if (is_same_place(&matter->obstacles[j], obstacle))
				need |= matter->obstacles[j].explained.need;
		}
	}
	return need;
}

static void
add_obstacle(struct whole *whole, const struct fix_matters *matters,
    const struct answer *obstacle)
{
	struct answer *added;

	for (size_t i = 0; i < whole->count; i++) {
		if (is_same_place(&whole->obstacles[i], obstacle))
			return;
	}
	whole->obstacles = xreallocarray(whole->obstacles, whole->count + 1,
	    sizeof(*whole->obstacles));
	added = &whole->obstacles[whole->count++];
	*added = *obstacle;
	added->explained.need = needed_by_all(matters, obstacle);
}

static void
add_matter(struct whole *whole, const struct fix_matters *matters,
    const struct fix_matter *matter)
{
	whole->matters = xreallocarray(whole->matters, whole->matter_count + 1,
	    sizeof(struct fix_matter *));
	whole->matters[whole->matter_count++] = matter;
	for (size_t i = 0; i < matter->count; i++)
		add_obstacle(whole, matters, &matter->obstacles[i]);
	if (!matter->has_tree)
		return;
	whole->trees = xreallocarray(whole->trees, whole->tree_count + 1,
	    sizeof(*whole->trees));
	whole->trees[whole->tree_count++] = matter->tree;
}

/* The plans of it, with their prices. */
static void
plan_whole(struct judge *judge, struct finding *finding,
    const struct whole *whole)
{
	struct fix_scene scene;

	fix_scene_fill(judge, &scene);
	scene.trees = whole->trees;
	scene.tree_count = whole->tree_count;
	fix_plan_access(finding, &scene, whole->obstacles, whole->count);
	fix_price_plans(judge, finding, &scene, whole->obstacles, whole->count);
	fix_scene_done(&scene);
}

static bool
has_acl_plan(struct judge *judge, const struct finding *finding,
    const struct whole *whole)
{
	struct fix_scene scene;
	bool has;

	fix_scene_fill(judge, &scene);
	scene.trees = whole->trees;
	scene.tree_count = whole->tree_count;
	has = fix_plan_has_acl(finding, &scene, whole->obstacles, whole->count);
	fix_scene_done(&scene);
	return has;
}

/* Whether the first plan for it is one to apply. */
static bool
has_advised_plan(struct judge *judge, const struct finding *finding,
    const struct whole *whole)
{
	struct finding *tried = finding_create(finding->code, finding->path);
	bool advised;

	plan_whole(judge, tried, whole);
	advised = tried->fix_count > 0 && tried->fixes[0].command_count > 0 &&
	    tried->fixes[0].advised;
	finding_free(tried);
	return advised;
}

typedef bool (
    *choose_fn)(struct judge *, const struct finding *, const struct whole *);

/* Those of the finding's matters that the choice is true for by themselves. */
static void
choose(struct judge *judge, const struct finding *finding, choose_fn is_chosen,
    struct whole *chosen)
{
	const struct fix_matters *matters = judge->matters;

	*chosen = (struct whole){ .count = 0 };
	for (size_t i = 0; i < matters->count; i++) {
		const struct fix_matter *matter = matters->items[i];
		struct whole alone = { .count = 0 };

		if (matter->finding != finding || !may_be_mended(judge, matter))
			continue;
		add_matter(&alone, matters, matter);
		if (is_chosen == NULL || is_chosen(judge, finding, &alone))
			add_matter(chosen, matters, matter);
		whole_done(&alone);
	}
}

/* "A, B": matters of the finding that the plan is not for; NULL if there are
 * none. */
static char *
left_out(const struct judge *judge, const struct finding *finding,
    const struct whole *whole)
{
	struct strvec left = STRVEC_INIT;
	char *text = NULL;
	size_t next = 0;

	for (size_t i = 0; i < judge->matters->count; i++) {
		const struct fix_matter *matter = judge->matters->items[i];

		if (next < whole->matter_count &&
		    whole->matters[next] == matter)
			next++;
		else if (matter->finding == finding)
			strvec_push(&left, matter->path);
	}
	if (left.len > 0)
		text = strvec_join(&left, ", ");
	strvec_done(&left);
	return text;
}

static void
tell_left_out(struct judge *judge, struct finding *finding,
    const struct whole *whole)
{
	char *left = left_out(judge, finding, whole);

	for (size_t i = 0; i < finding->fix_count && left != NULL; i++) {
		if (finding->fixes[i].command_count > 0 &&
		    finding->fixes[i].text == NULL)
			finding->fixes[i].text = xasprintf(
			    "that leaves as it is what needs another repair: "
			    "%s",
			    left);
	}
	free(left);
}

/* Where the one tree would go; several cannot go to one place. */
static void
tell_move(struct finding *finding, const struct whole *whole)
{
	const struct fix_matter *matter = whole->matters[0];

	if (whole->tree_count > 1 || matter->move_diff == NULL)
		return;
	for (size_t i = 0; i < finding->fix_count; i++) {
		struct fix *fix = &finding->fixes[i];

		if (strcmp(fix->id, "move-tree") != 0)
			continue;
		free(fix->text);
		fix->text = xstrdup(matter->move_text);
		fix->diff = xstrdup(matter->move_diff);
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

/* All that an ACL can open; if opening some of it would open secrets as well,
 * then only what costs nothing. */
static void
plan_finding(struct judge *judge, struct finding *finding)
{
	struct whole whole, cheap;

	choose(judge, finding, has_acl_plan, &whole);
	if (whole.matter_count == 0) {
		whole_done(&whole);
		choose(judge, finding, NULL, &whole);
	}
	if (whole.matter_count > 0)
		plan_whole(judge, finding, &whole);
	if (whole.matter_count > 1 && finding->fix_count > 0 &&
	    !finding->fixes[0].advised) {
		choose(judge, finding, has_advised_plan, &cheap);
		if (cheap.matter_count > 0) {
			finding_drop_fixes(finding);
			plan_whole(judge, finding, &cheap);
			whole_done(&whole);
			whole = cheap;
		} else {
			whole_done(&cheap);
		}
	}
	if (whole.matter_count > 0) {
		tell_left_out(judge, finding, &whole);
		tell_move(finding, &whole);
		warn_of_masks(judge, whole.obstacles, whole.count);
	}
	whole_done(&whole);
}

/* Whether there is one that the finding's plans are not for; then none is any
 * more.  *before says whether there are some that they were for. */
static bool
note_planned(struct fix_matters *matters, const struct finding *finding,
    bool *before)
{
	bool new = false;

	*before = false;
	for (size_t i = 0; i < matters->count; i++) {
		struct fix_matter *matter = matters->items[i];

		if (matter->finding != finding)
			continue;
		*before |= matter->planned;
		new |= !matter->planned;
		matter->planned = true;
	}
	return new;
}

void
fix_whole_plan(struct judge *judge)
{
	for (size_t i = 0; i < judge->matters->count; i++) {
		struct finding *finding = judge->matters->items[i]->finding;
		bool before;

		if (!note_planned(judge->matters, finding, &before))
			continue;
		if (before)
			finding_drop_fixes(finding);
		if (finding->fix_count == 0)
			plan_finding(judge, finding);
	}
}
