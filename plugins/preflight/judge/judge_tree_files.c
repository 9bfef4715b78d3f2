/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/strbuf.h"
#include "base/xmalloc.h"

#include "preflight/judge/effect.h"
#include "preflight/judge/fix_scene.h"
#include "preflight/judge/judge.h"
#include "preflight/judge/judge_tree.h"
#include "preflight/judge/tree_secrets.h"
#include "preflight/judge/tree_trait.h"
#include "preflight/report/sentence.h"

/*
 * Files of a tree that the worker may not read, counted by permission class.
 */

/* "0600 app:app x 8 (e.g. media/big.mp4)" */
static void
add_class(struct strbuf *out, const struct tree_class *class, size_t members)
{
	char *user = sentence_user(class->facts.uid);
	char *group = sentence_group(class->facts.gid);

	strbuf_addf(out, "%s%04o %s:%s x %zu (e.g. %s)",
	    out->len > 0 ? ", " : "", (unsigned)(class->facts.mode & 07777),
	    user, group, members,
	    class->example == NULL ? "?" : class->example);
	free(user);
	free(group);
}

struct unreadable {
	size_t files;
	struct strbuf text;
};

/* Secrets that are closed are as they should be. */
static void
count_unreadable(const struct need *need, const struct tree_result *tree,
    const struct tree_secrets *secrets, struct unreadable *found)
{
	size_t members;

	for (size_t i = 0; i < tree->class_count; i++) {
		const struct tree_class *class = &tree->classes[i];

		if (class->refused == 0 || !S_ISREG(class->facts.mode) ||
		    (class->example != NULL &&
			judge_tree_is_packed(need, class->example)))
			continue;
		members = class->members;
		members -= tree_secrets_like(secrets, &class->facts);
		if (members == 0)
			continue;
		found->files += members;
		add_class(&found->text, class, members);
	}
}

/* The refusal that stands for all unreadable files, rather not of a secret. */
static const struct answer *
first_unreadable(const struct need *need, const struct tree_result *tree,
    const struct tree_secrets *secrets)
{
	const struct answer *first = NULL;

	for (size_t i = 0; i < tree->refused_count; i++) {
		const struct answer *one = &tree->refused[i].answer;

		if (judge_tree_is_single(need, &tree->refused[i]))
			continue;
		if (one->blocker == NULL ||
		    strvec_find(&secrets->paths, one->blocker) == -1)
			return one;
		first = first == NULL ? one : first;
	}
	return first;
}

/* How many unreadable files the policy puts up with in the tree. */
static size_t
tolerated(const struct judge *judge, const struct need *need)
{
	const struct preflight_keys *keys = &judge->view->keys;

	for (size_t i = 0; i < keys->served_count; i++) {
		if (pairing_same_socket(keys->served[i].path, need->path))
			return (size_t)keys->served[i].max_unreadable;
	}
	return 0;
}

/* The index file has a finding of its own. */
static bool
is_told(const struct judge *judge, const struct finding *finding)
{
	const struct program_report *program = judge->program;

	for (size_t i = 0; i < program->finding_count; i++) {
		if (program->findings[i]->code == finding->code &&
		    strcmp(program->findings[i]->path, finding->path) == 0)
			return true;
	}
	return false;
}

void
judge_tree_files(struct judge *judge, size_t check, const struct need *need,
    const struct tree_result *tree)
{
	const struct need there = effect_found(need);
	struct unreadable found = { .text = STRBUF_INIT };
	const struct answer *answer;
	struct finding *finding;
	struct tree_secrets secrets;
	struct tree_trait trait;
	enum finding_code code;

	if (tree->refused_count == 0)
		return;
	tree_secrets_find(judge, need->path, &secrets);
	answer = first_unreadable(need, tree, &secrets);
	count_unreadable(need, tree, &secrets, &found);
	tree_secrets_done(&secrets);
	if (answer == NULL || found.files == 0) {
		strbuf_done(&found.text);
		return;
	}
	code = judge_code(answer);
	finding = judge_tree_finding(judge, need, code, answer);
	if (found.files == 1 && is_told(judge, finding)) {
		finding_free(finding);
		strbuf_done(&found.text);
		return;
	}
	if (found.files > 1) {
		free(finding->path);
		finding->path = xstrdup(need->path);
	}
	if (found.files < tree->files && code == PF102 &&
	    need->kind != NEED_INTERNAL_TREE)
		finding->code = PF108;
	if (found.files > 1)
		finding_say(finding,
		    "%s%zu of %zu files below %s are "
		    "unreadable for %s: %s",
		    need->kind == NEED_INTERNAL_TREE
			? "downloads handed over by the app will be refused: "
			: "",
		    found.files, tree->files, need->path, judge->worker,
		    found.text.data);
	tree_trait_find(tree, &judge->identity->cred, &trait);
	tree_trait_tell(&trait, finding, found.files == 1, !tree->complete);
	if (found.files <= tolerated(judge, need))
		finding->severity = SEVERITY_NOTICE;
	effect_set(finding, &there, answer->error, answer->blocker);
	effect_see(judge->instance->site.model, finding, &there,
	    answer->blocker);
	finding = judge_add(judge, check, need, finding);
	judge_tree_company(judge, check, &there, finding);
	if (!fix_scene_is_planned(judge, finding)) {
		if (found.files > 1)
			fix_scene_tree(judge, finding, need->path, tree);
		else
			fix_scene_file(judge, finding, answer);
	}
	strbuf_done(&found.text);
}
