/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <sys/stat.h>

#include "base/names.h"
#include "base/path_below.h"
#include "base/strbuf.h"
#include "base/strvec.h"

#include "preflight/fix/fix_model.h"
#include "preflight/fix/fix_plan.h"
#include "preflight/fix/fix_tree.h"

/*
 * setfacl -R where nothing has to be left out, find where something has to.
 * Both follow no links (-P) and run as the tree's owner, so that a link put
 * there in between leads nowhere that the owner could not go anyway.
 */

/* More secrets than this are no exceptions: the tree is not one to open. */
#define SECRETS_MAX 32

static unsigned
needed(const struct tree_class *class)
{
	return S_ISDIR(class->facts.mode) ? ACCESS_READ | ACCESS_SEARCH
					  : ACCESS_READ;
}

static bool
counts(const struct tree_class *class)
{
	return S_ISDIR(class->facts.mode) || S_ISREG(class->facts.mode);
}

/* Whether nothing need be done about the class for the cred. */
static bool
is_open(const struct fix_tree *tree, const struct tree_class *class,
    const struct cred *cred)
{
	unsigned need = S_ISDIR(class->facts.mode) && !tree->listed
	    ? ACCESS_SEARCH
	    : needed(class);

	return !counts(class) || access_granted(cred, &class->facts, need);
}

bool
fix_tree_is_open(const struct fix_tree *tree, const struct cred *cred)
{
	for (size_t i = 0; i < tree->class_count; i++) {
		if (!is_open(tree, &tree->classes[i], cred))
			return false;
	}
	return true;
}

bool
fix_tree_is_writable(const struct fix_tree *tree, const struct cred *cred)
{
	for (size_t i = 0; i < tree->class_count; i++) {
		const struct tree_class *class = &tree->classes[i];

		if (counts(class) &&
		    access_granted(cred, &class->facts, ACCESS_WRITE))
			return true;
	}
	return false;
}

bool
fix_tree_can_be_opened(const struct fix_scene *scene,
    const struct fix_tree *tree)
{
	if (fix_tree_is_open(tree, scene->worker))
		return true;
	if (!tree->complete || tree->secrets->len > SECRETS_MAX)
		return false;
	for (size_t i = 0; i < tree->class_count; i++) {
		const struct tree_class *class = &tree->classes[i];
		struct facts facts = class->facts;

		/* What is others' is left alone. */
		if (!counts(class) ||
		    (facts.uid != scene->app->uid &&
			is_open(tree, class, scene->worker)))
			continue;
		if (facts.uid != scene->app->uid ||
		    !fix_model_entry(&facts, scene->worker->uid, needed(class),
			true) ||
		    !access_granted(scene->worker, &facts, needed(class)))
			return false;
	}
	return true;
}

/* Words that run the command behind them as the owner; group may be NULL.
 * runuser knows users by name alone. */
static void
push_owner(struct strvec *words, const struct fix_scene *scene, unsigned owner,
    const char *group)
{
	const struct passwd *pw = NULL;
	const char *user = NULL;

	if (owner == 0)
		return;
	if (owner == scene->app->uid)
		user = scene->app_user;
	else if ((pw = names_uid(owner)) != NULL)
		user = pw->pw_name;
	if (user != NULL) {
		strvec_push(words, "runuser");
		strvec_push(words, "-u");
		strvec_push(words, user);
		strvec_push(words, group == NULL ? "--" : "-g");
	} else {
		strvec_push(words, "setpriv");
		strvec_push(words, "--clear-groups");
		strvec_push(words, "--reuid");
		strvec_pushf(words, "%u", owner);
		strvec_push(words, group == NULL ? "--" : "--regid");
	}
	if (group != NULL) {
		strvec_push(words, group);
		strvec_push(words, "--");
	}
}

void
fix_tree_as_owner(struct strvec *words, const struct fix_scene *scene,
    unsigned owner)
{
	push_owner(words, scene, owner, NULL);
}

void
fix_tree_as_owner_in_group(struct strvec *words, const struct fix_scene *scene,
    unsigned owner)
{
	push_owner(words, scene, owner, scene->worker_group);
}

struct strvec *
fix_tree_begin_command(struct fix *fix)
{
	fix_add_command(fix, NULL, NULL);
	return &fix->commands[fix->command_count - 1].words;
}

/* A path that find -path matches as it is. */
static void
push_pattern(struct strvec *words, const char *path)
{
	struct strbuf pattern = STRBUF_INIT;

	for (; *path != '\0'; path++) {
		if (strchr("*?[\\", *path) != NULL)
			strbuf_addch(&pattern, '\\');
		strbuf_addch(&pattern, *path);
	}
	strvec_push_taken(words, strbuf_steal(&pattern));
}

/* The tree's own path without a slash at its end, which find keeps. */
static void
push_tree(struct strvec *words, const char *path)
{
	strvec_push_taken(words, path_below(path, ""));
}

/* "( -path SECRET ... ) -prune -o" */
static void
push_secrets(struct strvec *words, const struct fix_tree *tree)
{
	if (tree->secrets->len == 0)
		return;
	strvec_push(words, "(");
	for (size_t i = 0; i < tree->secrets->len; i++) {
		if (i > 0)
			strvec_push(words, "-o");
		strvec_push(words, "-path");
		push_pattern(words, tree->secrets->items[i]);
	}
	strvec_push(words, ")");
	strvec_push(words, "-prune");
	strvec_push(words, "-o");
}

/* "find -P TREE ( -path SECRET ... ) -prune -o KIND -user APP -exec" */
static void
push_find(struct strvec *words, const struct fix_scene *scene,
    const struct fix_tree *tree, const char *const *kind)
{
	strvec_push(words, "find");
	strvec_push(words, "-P");
	push_tree(words, tree->path);
	push_secrets(words, tree);
	for (; *kind != NULL; kind++)
		strvec_push(words, *kind);
	if (tree->mixed) {
		strvec_push(words, "-user");
		strvec_push(words, scene->app_user);
	}
	strvec_push(words, "-exec");
}

static void
add_command(struct fix *fix, const struct fix_scene *scene,
    const struct fix_tree *tree, const char *option, const char *const *kind)
{
	struct strvec *words = fix_tree_begin_command(fix);
	bool selects = tree->secrets->len > 0 || tree->mixed;

	fix_tree_as_owner(words, scene, scene->app->uid);
	if (selects)
		push_find(words, scene, tree, kind);
	strvec_push(words, "setfacl");
	if (!selects) {
		strvec_push(words, "-R");
		strvec_push(words, "-P");
	}
	strvec_push(words, option);
	strvec_pushf(words, "u:%s:rX", scene->worker_user);
	strvec_push(words, "--");
	strvec_push(words, selects ? "{}" : tree->path);
	if (selects)
		strvec_push(words, "+");
}

void
fix_tree_add(struct fix *fix, const struct fix_scene *scene,
    const struct fix_tree *tree)
{
	static const char *const all[] = { "!", "-type", "l", NULL };
	static const char *const dirs[] = { "-type", "d", NULL };

	if (fix_tree_is_open(tree, scene->worker))
		return;
	add_command(fix, scene, tree, "-m", all);
	add_command(fix, scene, tree, "-dm", dirs);
	strvec_push(&fix->saved_trees, tree->path);
	for (size_t i = 0; i < tree->class_count; i++) {
		const struct tree_class *class = &tree->classes[i];
		struct facts after = class->facts;

		if (counts(class) && after.uid == scene->app->uid &&
		    fix_model_entry(&after, scene->worker->uid, needed(class),
			true))
			fix_model_gains(&class->facts, &after,
			    scene->worker->uid,
			    class->example == NULL ? tree->path
						   : class->example,
			    &fix->also_gains);
	}
}
