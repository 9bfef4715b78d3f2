/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/xmalloc.h"

#include "preflight/fix/fix_tree.h"
#include "preflight/judge/conf_diff.h"
#include "preflight/judge/fix_matter.h"
#include "preflight/judge/fix_scene.h"
#include "preflight/judge/tree_secrets.h"
#include "preflight/probe/infer.h"
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

/* The program's user in the worker's view. */
static struct probe_as
as_app(const struct judge *judge)
{
	return (struct probe_as){
		.cred = &judge->view->cred,
		.proc_fd = judge->identity->proc_fd,
		.view = identity_view(judge->identity),
		.image = judge->image,
		.umask = -1,
	};
}

char *
fix_scene_real(const struct judge *judge, const char *path,
    const struct question *like, mode_t *type)
{
	const struct probe_as app = as_app(judge);
	const struct question question = {
		.what = ASK_STAT,
		.path = path,
		.links = like == NULL ? LINKS_FOLLOW : like->links,
		.links_from = like == NULL ? 0 : like->links_from,
		.trace = true,
	};
	struct answer answer;
	char *real = NULL;

	*type = 0;
	if (probe_ask(&app, &question, 1, &answer, &judge->probe, NULL) == -1)
		return NULL;
	if (answer.verdict == ANSWER_YES && answer.step_count > 0) {
		*type = answer.facts.mode & S_IFMT;
		real = xstrdup(infer_follows_link(&answer, answer.step_count)
			? answer.steps[answer.step_count - 1].path
			: path);
	}
	answer_done(&answer);
	return real;
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

/* The tree as plans want it; secrets is where they are kept. */
static struct fix_tree
tree_of(const struct judge *judge, const char *path,
    const struct tree_result *tree, bool listed, struct tree_secrets *secrets)
{
	struct fix_tree out = {
		.path = path,
		.classes = tree->classes,
		.class_count = tree->class_count,
		.listed = listed,
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
is_reached(const struct judge *judge, const struct answer *obstacle)
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

/*
 * The program's user must not gain by a link of its own: what it may not use
 * itself is none of its business to have opened.
 */
static bool
is_its_business(const struct judge *judge, const struct answer *obstacle)
{
	const struct cred *app = &judge->view->cred;
	unsigned need = obstacle->explained.need;

	if (need == 0)
		need =
		    S_ISDIR(obstacle->facts.mode) ? ACCESS_SEARCH : ACCESS_READ;
	return app->uid == 0 || obstacle->facts.uid == app->uid ||
	    access_granted(app, &obstacle->facts, need);
}

/* Whether the program's user could put something else at the place that it has
 * walked to, which a command by another would then be about. */
static bool
can_be_swapped(const struct judge *judge, const struct answer *obstacle,
    const struct answer *walked)
{
	const struct cred *app = &judge->view->cred;
	size_t dirs = walked->step_count;

	if (walked->verdict == ANSWER_YES && dirs > 0)
		dirs--;
	for (size_t i = 0; i < dirs; i++) {
		const struct facts *dir = &walked->steps[i].facts;

		if (!S_ISDIR(dir->mode))
			continue;
		if (dir->uid != 0 && dir->uid != obstacle->facts.uid)
			return true;
		if (!(dir->mode & S_ISVTX) &&
		    access_granted(app, dir, ACCESS_WRITE))
			return true;
	}
	return false;
}

/* Whether a command that root runs, or that makes a file of somebody else
 * readable, is about what it is meant to be about. */
static bool
stays_in_place(const struct judge *judge, const struct answer *obstacle)
{
	const struct probe_as app = judge_as_app(judge);
	const struct cred *cred = &judge->view->cred;
	const struct question question = {
		.what = ASK_STAT,
		.path = obstacle->blocker,
		.trace = true,
	};
	struct answer walked;
	bool stays;

	if (cred->uid == 0 || obstacle->facts.uid == cred->uid ||
	    (obstacle->facts.uid != 0 && S_ISDIR(obstacle->facts.mode)))
		return true;
	if (obstacle->blocker == NULL ||
	    probe_ask(&app, &question, 1, &walked, &judge->probe, NULL) == -1)
		return false;
	stays = walked.verdict != ANSWER_UNDECIDED &&
	    !can_be_swapped(judge, obstacle, &walked);
	answer_done(&walked);
	return stays;
}

bool
fix_scene_may_mend(const struct judge *judge, const struct answer *obstacle,
    bool by_link)
{
	return is_reached(judge, obstacle) &&
	    (!(by_link || obstacle->through_link) ||
		is_its_business(judge, obstacle)) &&
	    stays_in_place(judge, obstacle);
}

void
fix_scene_file(const struct judge *judge, struct finding *finding,
    const struct answer *answer)
{
	struct fix_scene scene;

	if (!fix_scene_may_mend(judge, answer, false))
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
	struct fix_tree tree;
	struct fix_scene scene;
	mode_t type;
	/* Neither find nor setfacl go where a link leads. */
	char *real = fix_scene_real(judge, path, NULL, &type);

	tree =
	    tree_of(judge, real == NULL ? path : real, result, false, &secrets);

	fix_scene_fill(judge, &scene);
	scene.trees = &tree;
	scene.tree_count = 1;
	fix_plan_tree(finding, &scene);
	fix_scene_done(&scene);
	tree_secrets_done(&secrets);
	free(real);
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

bool
fix_scene_is_planned(const struct judge *judge, const struct finding *finding)
{
	return finding->fix_count > 0 ||
	    fix_matters_find(judge->matters, finding, NULL) != NULL;
}

/* Several requests may lead to one place and each want other files of it: the
 * tree that counts is one that is not open yet. */
static void
note_tree(struct judge *judge, struct finding *finding,
    struct fix_matter *matter, const struct fix_asked *asked)
{
	if (asked->tree == NULL ||
	    (matter->has_tree &&
		!fix_tree_is_open(&matter->tree, &judge->identity->cred)))
		return;
	tree_secrets_done(&matter->secrets);
	matter->secrets = (struct tree_secrets){ .paths = STRVEC_INIT };
	matter->tree = tree_of(judge, matter->path, asked->tree,
	    asked->listed || matter->tree.listed, &matter->secrets);
	matter->has_tree = true;
	tell_tree(judge, finding, matter->path, asked->tree);
}

/* Notes what is in the way: what the app's user sees of it, or the first only
 * if it may see nothing there, or no further. */
static void
note_matter(struct judge *judge, struct finding *finding,
    const struct fix_asked *asked, const struct answer *behind, size_t count)
{
	struct fix_matter *matter =
	    fix_matters_add(judge->matters, finding, asked->question->path);
	const char *blocker = asked->first->blocker;

	if (blocker != NULL && !holds(behind, count, blocker)) {
		fix_matter_obstacle(matter, asked->first);
	} else {
		for (size_t i = 0; i < count; i++)
			fix_matter_obstacle(matter, &behind[i]);
	}
	matter->by_link = asked->by_link;
	note_tree(judge, finding, matter, asked);
	if (asked->need != NULL)
		conf_diff_move(judge, asked->need, &matter->move_text,
		    &matter->move_diff);
}

void
fix_scene_access(struct judge *judge, struct finding *finding,
    const struct fix_asked *asked)
{
	const struct probe_as app = as_app(judge);
	const char *path = asked->question->path;
	struct fix_matter *known;
	struct answer *behind;
	size_t count = 0;

	if (finding->fix_count > 0)
		return;
	known = fix_matters_find(judge->matters, finding, path);
	if (known != NULL) {
		note_tree(judge, finding, known, asked);
		return;
	}
	behind = probe_obstacles(&app, &judge->identity->cred, asked->question,
	    &count, &judge->probe);
	note_matter(judge, finding, asked, behind, count);
	tell_obstacles(finding, asked->first, behind, count);
	for (size_t i = 0; i < count; i++)
		answer_done(&behind[i]);
	free(behind);
}
