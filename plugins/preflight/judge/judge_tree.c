/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/strbuf.h"
#include "base/xmalloc.h"

#include "preflight/judge/conf_diff.h"
#include "preflight/judge/effect.h"
#include "preflight/judge/fix_scene.h"
#include "preflight/judge/judge.h"
#include "preflight/judge/judge_index.h"
#include "preflight/judge/judge_links.h"
#include "preflight/judge/tree_secrets.h"
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

/* What follows for every refusal of a static file. */
static void
add_company(struct judge *judge, size_t check, const struct need *need,
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
	add_company(judge, check, &found, finding);
	if (answer->error == EACCES)
		fix_scene_access(judge, finding, question, answer,
		    tree->files > 0 ? tree : NULL);
	conf_diff_move(judge, finding, need);
	free(file);
}

static bool
is_gzip_sibling(const struct need *need, const char *path)
{
	size_t len = strlen(path);

	return need->gzip_static && len > 3 &&
	    strcmp(path + len - 3, ".gz") == 0;
}

static bool
is_packed(const struct need *need, const struct answer *answer)
{
	return answer->why == WHY_READ && answer->blocker != NULL &&
	    is_gzip_sibling(need, answer->blocker);
}

/* Directories, links and odd objects: each is a finding of its own. */
static bool
is_single(const struct need *need, const struct tree_refusal *refusal)
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

static void
judge_single(struct judge *judge, size_t check, const struct need *need,
    const struct tree_refusal *refusal)
{
	const struct answer *answer = &refusal->answer;
	const struct need found = is_found(answer) ? effect_found(need) : *need;
	bool gzip = is_packed(need, answer);
	struct finding *finding =
	    judge_tree_finding(judge, need, single_code(need, refusal), answer);
	const struct question question = {
		.what = answer->why == WHY_READ ? ASK_READ_FILE : ASK_ENTER,
		.path = answer->blocker,
	};

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
		add_company(judge, check, &found, finding);
	if (answer->why == WHY_SEARCH || (answer->why == WHY_READ && !gzip))
		fix_scene_access(judge, finding, &question, answer, NULL);
	conf_diff_move(judge, finding, need);
}

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
			is_gzip_sibling(need, class->example)))
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

		if (is_single(need, &tree->refused[i]))
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

static void
judge_files(struct judge *judge, size_t check, const struct need *need,
    const struct tree_result *tree)
{
	const struct need there = effect_found(need);
	struct unreadable found = { .text = STRBUF_INIT };
	const struct answer *answer;
	struct finding *finding;
	struct tree_secrets secrets;
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
	if (found.files <= tolerated(judge, need))
		finding->severity = SEVERITY_NOTICE;
	effect_set(finding, &there, answer->error, answer->blocker);
	effect_see(judge->instance->site.model, finding, &there,
	    answer->blocker);
	finding = judge_add(judge, check, need, finding);
	add_company(judge, check, &there, finding);
	if (finding->fix_count == 0 && found.files > 1) {
		fix_scene_tree(judge, finding, need->path, tree);
	} else if (finding->fix_count == 0) {
		fix_scene_file(judge, finding, answer);
	}
	strbuf_done(&found.text);
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
		if (!is_single(need, &tree->refused[i]) ||
		    is_counted(tree, &tree->refused[i]))
			continue;
		if (judge_undecided(judge, check, need->path,
			&tree->refused[i].answer))
			continue;
		if (singles++ < SINGLE_FINDINGS_MAX)
			judge_single(judge, check, need, &tree->refused[i]);
	}
	judge_files(judge, check, need, tree);
	if (!tree->complete)
		judge_partly_seen(judge, check, need, tree);
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

/* One directory that a link in the tree leads to. */
static void
judge_linked_dir(struct judge *judge, size_t check, const struct need *need,
    const struct question *root, char *path)
{
	size_t len = strlen(need->path);
	struct need behind = *need;
	const struct tree_result *sampled;
	struct tree_result found;

	behind.path = path;
	if (need->url != NULL)
		behind.url = xasprintf("%s%s", need->url, path + len);
	sampled = sample(judge, check, &behind, need, root);
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
