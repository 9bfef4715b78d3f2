/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path_below.h"
#include "base/xmalloc.h"

#include "preflight/judge/effect.h"
#include "preflight/judge/fix_scene.h"
#include "preflight/judge/judge.h"
#include "preflight/judge/judge_index.h"
#include "preflight/judge/judge_links.h"
#include "preflight/judge/judge_tree.h"
#include "preflight/nginx/nginx_wanted.h"
#include "preflight/report/sentence.h"

/*
 * A served tree: its root first, then what the sample of its files and
 * directories says.  When the root cannot be reached the sample only tells how
 * much lies behind it and gives the log line a real file name.
 */

#define SINGLE_FINDINGS_MAX 64

/* Files behind X-Accel-Redirect have their own code: the first person to
 * notice is the one who downloads. */
struct finding *
judge_tree_finding(struct judge *judge, const struct need *need,
    enum finding_code code, const struct answer *answer)
{
	struct finding *finding =
	    judge_refusal(judge, code, need->path, answer);
	char *sentence;

	if (need->kind != NEED_INTERNAL_TREE)
		return finding;
	finding->code = PF118;
	finding->severity = finding_code_severity(PF118);
	sentence = finding->message;
	finding->message = NULL;
	finding_say(finding,
	    "downloads handed over by the app "
	    "(X-Accel-Redirect) will be refused: %s",
	    sentence);
	free(sentence);
	return finding;
}

void
judge_tree_company(struct judge *judge, size_t check, const struct need *need,
    const struct finding *denied)
{
	struct finding *finding;

	if (need->try_files && denied->code != PF103) {
		finding = finding_create(PF112, need->path);
		finding_say(finding,
		    need->try_files_upstream
			? "try_files hides this: requests for %s will fall through "
			  "to the application"
			: "try_files hides this: requests for %s will answer 404 "
			  "although the files exist",
		    need->url == NULL ? need->path : need->url);
		judge_add(judge, check, need, finding);
	}
	if (need->cached_errors) {
		finding = finding_create(PF124, need->path);
		finding_say(finding,
		    "open_file_cache keeps the refusal for "
		    "%ld s after it is mended, or until a reload",
		    need->cached_valid_s);
		judge_add(judge, check, need, finding);
	}
}

/* Whether the path is there for the app, in our own view of the file system:
 * then only nginx's view lacks it. */
static bool
exists_elsewhere(struct judge *judge, const char *path)
{
	const struct probe_as app = judge_as_app(judge);
	const struct question question = { .what = ASK_STAT, .path = path };
	struct answer answer;
	bool exists;

	if (!judge->identity->other_namespace && !judge->identity->other_root)
		return false;
	if (probe_ask(&app, &question, 1, &answer, &judge->probe, NULL) == -1)
		return false;
	exists = answer.verdict == ANSWER_YES;
	answer_done(&answer);
	return exists;
}

/* A file below the root for the log line; the root itself if none is known. */
static char *
example_file(const struct need *need, const struct tree_result *tree)
{
	for (size_t i = 0; i < tree->class_count; i++) {
		if (S_ISREG(tree->classes[i].facts.mode) &&
		    tree->classes[i].example != NULL)
			return xstrdup(tree->classes[i].example);
	}
	if (need->index_count > 0)
		return xasprintf("%s%s%s", need->path,
		    need->path[strlen(need->path) - 1] == '/' ? "" : "/",
		    need->index[0]);
	return xstrdup(need->path);
}

/* Whether it was refused only when it was opened. */
static bool
is_found(const struct answer *answer)
{
	return answer->why == WHY_READ || answer->why == WHY_LIST;
}

bool
judge_tree_is_packed(const struct need *need, const char *path)
{
	size_t len = strlen(path);

	return need->gzip_static && len > 3 &&
	    strcmp(path + len - 3, ".gz") == 0;
}

static bool
is_packed(const struct need *need, const struct answer *answer)
{
	return answer->why == WHY_READ && answer->blocker != NULL &&
	    judge_tree_is_packed(need, answer->blocker);
}

bool
judge_tree_is_single(const struct need *need,
    const struct tree_refusal *refusal)
{
	return refusal->answer.why != WHY_READ || refusal->by_link ||
	    is_packed(need, &refusal->answer);
}

/* A file that only links lead to, but counted with the tree's files that are
 * like it. */
static bool
is_counted(const struct tree_result *tree, const struct tree_refusal *refusal)
{
	const struct facts *facts = &refusal->answer.facts;

	if (!refusal->by_link || refusal->answer.why != WHY_READ)
		return false;
	for (size_t i = 0; i < tree->class_count; i++) {
		const struct facts *like = &tree->classes[i].facts;

		if (tree->classes[i].refused > 0 && like->mode == facts->mode &&
		    like->uid == facts->uid && like->gid == facts->gid)
			return true;
	}
	return false;
}

/* What a directory refuses that only a link leads to is a file of the tree. */
static enum finding_code
single_code(const struct need *need, const struct tree_refusal *refusal)
{
	enum finding_code code = judge_code(&refusal->answer);

	if (is_packed(need, &refusal->answer))
		return PF115;
	return code == PF101 && refusal->by_link ? PF102 : code;
}

static void
say_link(struct finding *finding, const struct need *need)
{
	char *sentence = finding->message;

	finding->message = NULL;
	finding_say(finding, "a link in %s leads to where nginx cannot go: %s",
	    need->path, sentence);
	free(sentence);
}

/* by is the need in the configuration, which the need was made from.  NULL if
 * nothing could be tried. */
static const struct tree_result *
sample(struct judge *judge, size_t check, const struct need *need,
    const struct need *by, const struct question *root)
{
	const struct judge_listing listing = { judge, check, need };
	struct tree_options options = {
		.path = need->path,
		.worker = judge->identity,
		.app = &judge->view->cred,
		.wanted = nginx_wanted_filter(need),
		.wanted_arg = need,
		.wanted_by = by,
		.listed = need->autoindex ? judge_index_lists : NULL,
		.listed_arg = &listing,
		.links = root->links,
		.links_from = root->links_from,
		.stat_only = judge->stat_only,
		.budget = judge->budget,
		.probe = judge->probe,
	};

	return tree_sample_once(&options, NULL);
}

/* As the tree, at a directory that a link in it leads to; the caller frees the
 * url. */
static struct need
need_behind(const struct need *need, char *path)
{
	struct need behind = *need;

	behind.path = path;
	if (need->url != NULL)
		behind.url =
		    xasprintf("%s%s", need->url, path + strlen(need->path));
	return behind;
}

/* Whether a request can lead to the file. */
static bool
is_wanted(const struct need *need, const char *path)
{
	bool (*wanted)(const char *, const void *) = nginx_wanted_filter(need);
	const char *relative = path + strlen(need->path);

	return wanted == NULL || wanted(relative + (*relative == '/'), need);
}

static const struct tree_result *
sample_linked(struct judge *judge, size_t check, const struct need *need,
    const struct question *root, char *path)
{
	struct need behind = need_behind(need, path);
	const struct tree_result *sampled =
	    sample(judge, check, &behind, need, root);

	if (need->url != NULL)
		free(behind.url);
	return sampled;
}

/* One link of a tree, behind what is closed. */
static void
judge_link_behind(struct judge *judge, size_t check, const struct need *need,
    struct finding *finding, const struct answer *first, char *path)
{
	struct question root = { .what = ASK_ENTER, .path = need->path };
	struct question question = { .what = ASK_READ_FILE };
	struct fix_asked asked = {
		.question = &question,
		.first = first,
		.listed = need->autoindex,
		.by_link = true,
	};
	mode_t type;
	bool wanted;
	char *real;

	judge_links(need, &root);
	real = fix_scene_real(judge, path, &root, &type);
	question.path = real;
	wanted = type == S_IFREG && is_wanted(need, path);
	if (type == S_IFDIR) {
		question.what = ASK_ENTER;
		asked.tree = sample_linked(judge, check, need, &root, path);
		wanted = asked.tree != NULL && asked.tree->wanted;
	}
	if (wanted)
		fix_scene_access(judge, finding, &asked);
	free(real);
}

/*
 * What is in the way where links of the tree lead is mended with the rest, as
 * far as it would be if the way to them were open.
 */
static void
judge_links_behind(struct judge *judge, size_t check, const struct need *need,
    struct finding *finding, const struct answer *first,
    const struct tree_result *tree)
{
	bool closed = tree->root.verdict == ANSWER_NO;

	for (size_t i = 0; i < tree->leaving_count; i++) {
		char *path = tree->leaving[i].path;

		if (closed ||
		    (first->blocker != NULL &&
			path_is_below(path, first->blocker)))
			judge_link_behind(judge, check, need, finding, first,
			    path);
	}
	for (size_t i = 0; i < tree->linked_count && closed; i++)
		judge_link_behind(judge, check, need, finding, first,
		    tree->linked[i]);
}

/* With the tree, if a link leads to its root and that is what is closed. */
static void
plan_single(struct judge *judge, struct finding *finding,
    const struct need *need, const struct tree_result *tree,
    const struct tree_refusal *refusal)
{
	const struct answer *answer = &refusal->answer;
	bool behind = tree->root.verdict == ANSWER_NO && tree->files > 0;
	mode_t type;
	char *real =
	    behind ? fix_scene_real(judge, need->path, NULL, &type) : NULL;
	const struct question question = {
		.what = answer->why == WHY_READ ? ASK_READ_FILE : ASK_ENTER,
		.path = real == NULL ? answer->blocker : real,
	};

	fix_scene_access(judge, finding,
	    &(struct fix_asked){
		.question = &question,
		.first = answer,
		.tree = real == NULL ? NULL : tree,
		.need = need,
		.listed = need->autoindex,
		.by_link = refusal->by_link || answer->through_link,
	    });
	free(real);
}

static void
judge_single(struct judge *judge, size_t check, const struct need *need,
    const struct tree_result *tree, const struct tree_refusal *refusal)
{
	const struct answer *answer = &refusal->answer;
	const struct need found = is_found(answer) ? effect_found(need) : *need;
	bool gzip = is_packed(need, answer);
	struct finding *finding =
	    judge_tree_finding(judge, need, single_code(need, refusal), answer);

	if (gzip)
		finding_say(finding,
		    "%s is unreadable for nginx: gzip_static "
		    "sends the uncompressed file, 404 if there is none, "
		    "and logs an error each time",
		    answer->blocker);
	else
		effect_set(finding, &found, answer->error, answer->blocker);
	if (refusal->by_link && !gzip &&
	    (answer->why == WHY_SEARCH || answer->why == WHY_READ))
		say_link(finding, need);
	finding = judge_add(judge, check, need, finding);
	if (refusal->behind > 0)
		strvec_pushf(&finding->needed_for, "%zu entries behind it",
		    refusal->behind);
	if (!gzip)
		judge_tree_company(judge, check, &found, finding);
	if (answer->why == WHY_SEARCH || (answer->why == WHY_READ && !gzip))
		plan_single(judge, finding, need, tree, refusal);
	if (answer->why == WHY_SEARCH && !refusal->by_link)
		judge_links_behind(judge, check, need, finding, answer, tree);
}

/* How much was seen, and of how much: entries or a directory may be missing. */
static void
judge_partly_seen(struct judge *judge, size_t check, const struct need *need,
    const struct tree_result *tree)
{
	struct finding *finding = finding_create(PF121, need->path);
	size_t seen = tree->files + tree->dirs + tree->links + tree->others;
	char *rest = tree->estimate > seen
	    ? xasprintf(" of about %zu", tree->estimate)
	    : xstrdup("");
	char *unlisted = tree->unlisted_example == NULL
	    ? xstrdup("")
	    : xasprintf("; %s cannot be listed by the program",
		  tree->unlisted_example);

	finding_say(finding,
	    "only a part of %s was seen: %zu%s entries (%zu files in %zu "
	    "directories)%s",
	    need->path, seen, rest, tree->files, tree->dirs, unlisted);
	judge_add(judge, check, need, finding);
	free(unlisted);
	free(rest);
}

static void
judge_sample(struct judge *judge, size_t check, const struct need *need,
    const struct tree_result *tree)
{
	size_t singles = 0;

	for (size_t i = 0; i < tree->refused_count; i++) {
		if (!judge_tree_is_single(need, &tree->refused[i]) ||
		    is_counted(tree, &tree->refused[i]))
			continue;
		if (judge_undecided(judge, check, need->path,
			&tree->refused[i].answer))
			continue;
		if (singles++ < SINGLE_FINDINGS_MAX)
			judge_single(judge, check, need, tree,
			    &tree->refused[i]);
	}
	judge_tree_files(judge, check, need, tree);
	if (!tree->complete)
		judge_partly_seen(judge, check, need, tree);
}

static void
judge_closed_root(struct judge *judge, size_t check, const struct need *need,
    const struct question *question, const struct answer *answer,
    const struct tree_result *tree)
{
	const struct need found = is_found(answer) ? effect_found(need) : *need;
	enum finding_code code = judge_code(answer);
	struct finding *finding;
	char *file = example_file(need, tree);

	if (code == PF103 && exists_elsewhere(judge, need->path))
		code = PF104;
	finding = judge_tree_finding(judge, need, code, answer);
	if (code == PF104)
		finding_say(finding,
		    "%s exists, but not in nginx's view of "
		    "the file system (other mount namespace or root: "
		    "PrivateTmp, ProtectHome, chroot or a container)",
		    need->path);
	effect_set(finding, &found, answer->error, file);
	if (tree->files > 0)
		effect_see(judge->instance->site.model, finding, &found, file);
	finding = judge_add(judge, check, need, finding);
	if (tree->files > 0)
		strvec_pushf(&finding->needed_for, "%zu file%s behind it",
		    tree->files, tree->files == 1 ? "" : "s");
	judge_tree_company(judge, check, &found, finding);
	if (answer->error == EACCES) {
		fix_scene_access(judge, finding,
		    &(struct fix_asked){
			.question = question,
			.first = answer,
			.tree = tree->files > 0 ? tree : NULL,
			.need = need,
			.listed = need->autoindex,
		    });
		judge_links_behind(judge, check, need, finding, answer, tree);
	}
	free(file);
}

/* One directory that a link in the tree leads to. */
static void
judge_linked_dir(struct judge *judge, size_t check, const struct need *need,
    const struct question *root, char *path)
{
	struct need behind = need_behind(need, path);
	const struct tree_result *sampled =
	    sample(judge, check, &behind, need, root);
	struct tree_result found;

	if (sampled != NULL) {
		found = *sampled;
		for (size_t i = 0; i < found.leaving_count; i++)
			found.complete &= !found.leaving[i].to_directory;
		judge_sample(judge, check, &behind, &found);
	}
	if (need->url != NULL)
		free(behind.url);
}

/*
 * Directories that links in the tree lead to: nginx goes there, too.  Links
 * that lead on from there are not followed again.
 */
static void
judge_linked(struct judge *judge, size_t check, const struct need *need,
    const struct question *root, const struct tree_result *tree)
{
	for (size_t i = 0; i < tree->leaving_count; i++)
		if (tree->leaving[i].to_directory)
			judge_linked_dir(judge, check, need, root,
			    tree->leaving[i].path);
	for (size_t i = 0; i < tree->linked_count; i++)
		judge_linked_dir(judge, check, need, root, tree->linked[i]);
}

/* Nothing is in it yet, but what comes will be asked for there. */
static bool
is_still_empty(const struct need *need, const struct tree_result *tree)
{
	return tree->complete && tree->files == 0 && tree->links == 0 &&
	    tree->others == 0 && !need->optional &&
	    (nginx_wanted_filter(need) == NULL || nginx_wanted("", need));
}

void
judge_tree(struct judge *judge, const struct need *need)
{
	size_t check = judge_add_check(judge, need, need->path);
	struct question question = {
		.what = judge_index_is_listed(judge, check, need) ? ASK_LIST_DIR
								  : ASK_ENTER,
		.path = need->path,
	};
	const struct tree_result *sampled = NULL;
	struct tree_result tree = { 0 };
	struct answer answer;
	struct check *one;

	judge_links(need, &question);
	if (!judge_ask(judge, check, &question, &answer))
		return;
	if (judge_undecided(judge, check, need->path, &answer) ||
	    (answer.why == WHY_MISSING && need->optional)) {
		answer_done(&answer);
		return;
	}
	if (answer.why != WHY_MISSING)
		sampled = sample(judge, check, need, need, &question);
	if (sampled != NULL)
		tree = *sampled;
	one = &judge->program->checks[check];
	one->has_seen = sampled != NULL;
	one->seen_dirs = tree.dirs;
	one->seen_files = tree.files;
	one->seen_complete = tree.complete;
	judge_slashes(judge, check, need);
	if (answer.verdict == ANSWER_NO &&
	    (sampled == NULL || tree.wanted || is_still_empty(need, &tree)))
		judge_closed_root(judge, check, need, &question, &answer,
		    &tree);
	/* A directory that cannot be listed may still be passed. */
	if (answer.verdict == ANSWER_YES || answer.why == WHY_LIST) {
		judge_index(judge, check, need);
		if (need->writable)
			judge_put(judge, check, need);
		if (sampled != NULL) {
			judge_sample(judge, check, need, &tree);
			judge_linked(judge, check, need, &question, &tree);
		}
		if (need->kind == NEED_STATIC_TREE)
			judge_future(judge, check, need, need->path);
		if (sampled != NULL && judge->confirm)
			judge_confirm(judge, check, need, &tree);
	}
	answer_done(&answer);
}
