/* SPDX-License-Identifier: ISC */
/*
 * A tree in two steps: one child lists it and says what stands for what, then
 * the worker child tries every directory and the samples.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path_below.h"
#include "base/xmalloc.h"
#include "preflight/probe/memory.h"
#include "preflight/probe/session.h"
#include "preflight/probe/tree.h"
#include "preflight/probe/tree_list.h"
#include "preflight/probe/tree_survey.h"

#define REFUSALS_MAX 64
/* Questions to one child: their answers stay below the limit of a child. */
#define BATCH	     1500

const struct tree_budget tree_budget_start = { 20000, 400, 400, 2000 };
const struct tree_budget tree_budget_provision = { 1000000, 20000, 20000,
	100000 };
const struct tree_budget tree_budget_full = { SIZE_MAX, SIZE_MAX, INT64_MAX / 2,
	0 };

/* One thing to try. */
struct trial {
	char *path; /* absolute */
	long class; /* -1: none */
	bool is_dir;
	bool wanted; /* a refusal counts */
};

struct trials {
	struct trial *items;
	size_t count;
};

static void
add_trial(struct trials *trials, const char *root, const char *relative,
    const struct trial *trial)
{
	trials->items = xreallocarray(trials->items, trials->count + 1,
	    sizeof(*trials->items));
	trials->items[trials->count] = *trial;
	trials->items[trials->count++].path = path_below(root, relative);
}

static int
compare_trials(const void *a, const void *b)
{
	const struct trial *one = a, *other = b;
	int order = strcmp(one->path, other->path);

	/* The one that knows its class first. */
	return order != 0 ? order : (one->class == -1) - (other->class == -1);
}

static void
trials_done(struct trials *trials)
{
	for (size_t i = 0; i < trials->count; i++)
		free(trials->items[i].path);
	free(trials->items);
}

/* Sorted, each path once. */
static void
sort_trials(struct trials *trials)
{
	size_t kept = 0;

	if (trials->count < 2)
		return;
	qsort(trials->items, trials->count, sizeof(*trials->items),
	    compare_trials);
	for (size_t i = 1; i < trials->count; i++) {
		if (strcmp(trials->items[kept].path, trials->items[i].path) ==
		    0)
			free(trials->items[i].path);
		else
			trials->items[++kept] = trials->items[i];
	}
	trials->count = kept + 1;
}

static void
make_trials(const struct tree_options *options,
    const struct tree_survey *survey, struct trials *trials)
{
	size_t opens = 0;

	for (size_t i = 0; i < survey->dir_count; i++) {
		const struct survey_dir *dir = &survey->dirs[i];

		add_trial(trials, options->path, dir->path,
		    &(struct trial){
			.class = dir->class,
			.is_dir = true,
			.wanted = dir->wanted,
		    });
	}
	for (size_t i = 0; i < survey->sample_count; i++) {
		const struct survey_sample *file = &survey->samples[i];

		if (file->reason > LIST_ODD || opens++ >= options->budget.opens)
			continue;
		add_trial(trials, options->path, file->path,
		    &(struct trial){ .class = file->class, .wanted = true });
	}
	sort_trials(trials);
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Takes the answer: a blocker of its own, or one that is known. */
static void
add_refusal(struct tree_result *result, struct answer *answer, bool by_link)
{
	struct answer *known;

	for (size_t i = 0; i < result->refused_count; i++) {
		known = &result->refused[i].answer;
		if (known->why == answer->why &&
		    same_text(known->blocker, answer->blocker)) {
			result->refused[i].by_link &= by_link;
			answer_done(answer);
			return;
		}
	}
	result->refused_total++;
	if (result->refused_count == REFUSALS_MAX) {
		answer_done(answer);
		return;
	}
	result->refused = xreallocarray(result->refused,
	    result->refused_count + 1, sizeof(*result->refused));
	result->refused[result->refused_count++] =
	    (struct tree_refusal){ .answer = *answer, .by_link = by_link };
}

static void
count_answer(struct tree_result *result, const struct trial *trial,
    const struct answer *answer)
{
	struct tree_class *class;

	if (trial->class < 0 || (size_t)trial->class >= result->class_count)
		return;
	class = &result->classes[trial->class];
	class->asked++;
	if (answer->verdict == ANSWER_YES || answer->why == WHY_READ)
		class->decided++;
	class->writable |= answer->writable;
	/* A closed directory before it says nothing about its class. */
	if (answer->verdict == ANSWER_NO &&
	    (trial->is_dir || answer->why == WHY_READ) &&
	    class->refused++ == 0) {
		free(class->example);
		class->example = NULL;
	}
	if (class->example == NULL)
		class->example = xstrdup(trial->path);
}

/* A link to a directory, tried as a file: not a refusal. */
static bool
is_linked_dir(const struct trial *trial, const struct answer *answer)
{
	return answer->why == WHY_IS_DIRECTORY && !trial->is_dir;
}

/* A directory that may be passed and need not be listed. */
static bool
is_passable(const struct tree_options *options, const struct trial *trial,
    const struct answer *answer)
{
	return answer->why == WHY_LIST &&
	    (options->listed == NULL ||
		!options->listed(trial->path, options->listed_arg));
}

static enum ask
question_about(const struct tree_options *options, const struct trial *trial)
{
	if (!trial->is_dir)
		return ASK_READ_FILE;
	return options->listed == NULL ? ASK_ENTER : ASK_LIST_DIR;
}

static void
note_linked_dir(const struct tree_options *options, const char *path,
    struct tree_result *result)
{
	bool leaving = false;

	for (size_t i = 0; i < result->leaving_count; i++) {
		if (strcmp(result->leaving[i].path, path) == 0)
			leaving = result->leaving[i].to_directory = true;
	}
	if (leaving || options->wanted == NULL)
		return;
	result->linked = xreallocarray(result->linked, result->linked_count + 1,
	    sizeof(*result->linked));
	result->linked[result->linked_count++] = xstrdup(path);
}

/*
 * A closed directory behind another one, which the worker was stopped at: what
 * it would be refused next follows from the arithmetic (contract P4.3).
 */
static void
infer_dir(const struct tree_options *options, struct tree_result *result,
    const struct trial *trial, const struct answer *stopped)
{
	const struct cred *worker = &options->worker->cred;
	struct answer answer = {
		.verdict = ANSWER_NO,
		.why = WHY_SEARCH,
		.error = EACCES,
		.inferred = true,
		.on_target = true,
	};

	if (!trial->is_dir || stopped->why != WHY_SEARCH ||
	    stopped->blocker == NULL || trial->class < 0 ||
	    (size_t)trial->class >= result->class_count ||
	    strcmp(trial->path, stopped->blocker) == 0 ||
	    !path_is_below(trial->path, stopped->blocker))
		return;
	answer.facts = result->classes[trial->class].facts;
	if (access_granted(worker, &answer.facts, ACCESS_SEARCH))
		return;
	access_explain(worker, &answer.facts, ACCESS_SEARCH, &answer.explained);
	answer.blocker = xstrdup(trial->path);
	add_refusal(result, &answer, false);
}

static int
try_all(const struct tree_options *options, const struct trials *all,
    struct tree_result *result, char **cause)
{
	const struct trial *trials = all->items;
	size_t count = all->count;
	struct question *questions = xcalloc(count, sizeof(*questions));
	struct answer *answers = xcalloc(count, sizeof(*answers));
	int failed;

	for (size_t i = 0; i < count; i++)
		questions[i] = (struct question){
			.what = question_about(options, &trials[i]),
			.path = trials[i].path,
			.stat_only = options->stat_only,
			.links = options->links,
			.links_from = options->links_from,
			.and_write = true,
			.brief = true,
		};
	failed = probe_ask_worker(options->worker, questions, count, answers,
	    &options->probe, cause);
	for (size_t i = 0; i < count && failed == 0; i++) {
		count_answer(result, &trials[i], &answers[i]);
		if (answers[i].verdict == ANSWER_UNDECIDED)
			result->complete = false;
		if (is_linked_dir(&trials[i], &answers[i]))
			note_linked_dir(options, trials[i].path, result);
		else if (answers[i].verdict == ANSWER_NO && trials[i].wanted &&
		    !is_passable(options, &trials[i], &answers[i])) {
			infer_dir(options, result, &trials[i], &answers[i]);
			add_refusal(result, &answers[i],
			    !trials[i].is_dir && trials[i].class == -1);
			continue;
		}
		answer_done(&answers[i]);
	}
	free(questions);
	free(answers);
	return failed;
}

/* Entries seen at and below a directory. */
static size_t
entries_below(const struct tree_options *options,
    const struct tree_survey *survey, const char *path)
{
	size_t count = 0;
	char *dir;

	for (size_t i = 0; i < survey->dir_count && path != NULL; i++) {
		dir = path_below(options->path, survey->dirs[i].path);
		if (path_is_below(dir, path))
			count += survey->dirs[i].entries;
		free(dir);
	}
	return count;
}

/*
 * Files of which every one that was tried lies behind a closed directory:
 * there may be more of the class elsewhere, so arithmetic has to tell.
 */
static void
infer_class(const struct tree_options *options, struct tree_result *result,
    struct tree_class *class)
{
	const struct cred *worker = &options->worker->cred;
	struct answer answer = {
		.verdict = ANSWER_NO,
		.why = WHY_READ,
		.error = EACCES,
		.inferred = true,
		.facts = class->facts,
	};

	if (!S_ISREG(class->facts.mode) || class->decided > 0 ||
	    class->example == NULL ||
	    access_granted(worker, &class->facts, ACCESS_READ))
		return;
	access_explain(worker, &class->facts, ACCESS_READ, &answer.explained);
	answer.blocker = xstrdup(class->example);
	class->refused++;
	add_refusal(result, &answer, false);
}

static int
compare_refusals(const void *a, const void *b)
{
	const struct answer *one = &((const struct tree_refusal *)a)->answer;
	const struct answer *other = &((const struct tree_refusal *)b)->answer;
	bool closed = one->why == WHY_SEARCH;

	if (closed != (other->why == WHY_SEARCH))
		return closed ? -1 : 1;
	if (one->blocker == NULL || other->blocker == NULL)
		return (one->blocker != NULL) - (other->blocker != NULL);
	return strcmp(one->blocker, other->blocker);
}

static void
finish(const struct tree_options *options, const struct tree_survey *survey,
    struct tree_result *result)
{
	struct tree_refusal *refusal;

	for (size_t i = 0; i < result->class_count; i++)
		infer_class(options, result, &result->classes[i]);
	for (size_t i = 0; i < result->refused_count; i++) {
		refusal = &result->refused[i];
		if (refusal->answer.why == WHY_SEARCH)
			refusal->behind = entries_below(options, survey,
			    refusal->answer.blocker);
	}
	if (result->refused_count > 1)
		qsort(result->refused, result->refused_count,
		    sizeof(*result->refused), compare_refusals);
}

/* What the survey counted and chose becomes the result. */
static void
take_survey(const struct tree_options *options,
    const struct tree_survey *survey, struct tree_result *result)
{
	result->dirs = survey->seen[0];
	result->files = survey->seen[1];
	result->links = survey->seen[2];
	result->others = survey->seen[3];
	result->unlisted = survey->seen[4];
	result->complete = survey->seen[5] != 0 && result->unlisted == 0;
	result->estimate = survey->seen[6];
	/* The first directory is the root. */
	result->wanted = survey->dir_count == 0 || survey->dirs[0].wanted;
	result->classes =
	    xcalloc(survey->class_count + 1, sizeof(*result->classes));
	result->class_count = survey->class_count;
	for (size_t i = 0; i < survey->class_count; i++)
		result->classes[i] = survey->classes[i];
	tree_survey_links(survey, options->path, &result->leaving,
	    &result->leaving_count);
	for (size_t i = 0; i < survey->sample_count; i++) {
		if (survey->samples[i].reason == LIST_UNLISTED)
			result->unlisted_example =
			    path_below(options->path, survey->samples[i].path);
		if (survey->samples[i].reason != LIST_MOUNT)
			continue;
		result->mounts = xreallocarray(result->mounts,
		    result->mount_count + 1, sizeof(*result->mounts));
		result->mounts[result->mount_count++] =
		    path_below(options->path, survey->samples[i].path);
	}
}

/* The worker does not even get to the root: nothing below need be tried. */
static void
refuse_all(struct tree_result *result)
{
	struct answer copy = result->root;

	copy.steps = NULL;
	copy.step_count = 0;
	if (copy.blocker != NULL)
		copy.blocker = xstrdup(copy.blocker);
	add_refusal(result, &copy, false);
}

/* Files behind a root that lets nobody in: somebody may ask for them. */
static void
name_examples(const struct tree_options *options,
    const struct tree_survey *survey, struct tree_result *result)
{
	for (size_t i = 0; i < survey->sample_count; i++) {
		const struct survey_sample *file = &survey->samples[i];
		struct tree_class *class;

		if (file->reason > LIST_ODD || file->class < 0 ||
		    (size_t)file->class >= result->class_count)
			continue;
		class = &result->classes[file->class];
		if (class->example == NULL)
			class->example = path_below(options->path, file->path);
	}
}

/* Its links, which nobody could try: where they lead is for the caller. */
static void
note_untried(const struct tree_options *options,
    const struct tree_survey *survey, struct tree_result *result)
{
	for (size_t i = 0; i < survey->sample_count; i++) {
		const struct survey_sample *link = &survey->samples[i];
		char *path;

		if (link->reason != LIST_ODD || link->class >= 0)
			continue;
		path = path_below(options->path, link->path);
		note_linked_dir(options, path, result);
		free(path);
	}
	for (size_t i = 0; i < result->leaving_count; i++)
		result->leaving[i].to_directory = false;
}

static int
ask_root(const struct tree_options *options, struct answer *root, char **cause)
{
	struct question question = {
		.what = ASK_ENTER,
		.path = options->path,
	};

	return probe_ask_worker(options->worker, &question, 1, root,
	    &options->probe, cause);
}

int
tree_sample(const struct tree_options *options, struct tree_result *result,
    char **cause)
{
	struct list_job job = {
		.path = options->path,
		.budget = options->budget,
		.wanted = options->wanted,
		.wanted_arg = options->wanted_arg,
		.lasting = options->wanted_arg == options->wanted_by,
		.app = options->app != NULL ? options->app->uid
					    : options->worker->cred.uid,
	};
	struct tree_survey *survey;
	struct trials trials = { .count = 0 };
	int failed = 0;

	*result = (struct tree_result){ .wanted = true };
	if (ask_root(options, &result->root, cause) == -1)
		return -1;
	survey = tree_survey_run(&job, options->worker, options->app,
	    &options->probe);
	if (survey->why == WHY_NONE) {
		take_survey(options, survey, result);
		if (result->root.verdict == ANSWER_YES)
			make_trials(options, survey, &trials);
		else if (result->root.verdict == ANSWER_NO)
			refuse_all(result);
		failed = try_all(options, &trials, result, cause);
		finish(options, survey, result);
		if (result->root.verdict == ANSWER_NO) {
			name_examples(options, survey, result);
			note_untried(options, survey, result);
		}
	}
	trials_done(&trials);
	tree_survey_release(survey);
	if (failed == -1)
		tree_result_done(result);
	return failed;
}

void
tree_result_done(struct tree_result *result)
{
	answer_done(&result->root);
	for (size_t i = 0; i < result->class_count; i++)
		free(result->classes[i].example);
	for (size_t i = 0; i < result->refused_count; i++)
		answer_done(&result->refused[i].answer);
	for (size_t i = 0; i < result->mount_count; i++)
		free(result->mounts[i]);
	for (size_t i = 0; i < result->linked_count; i++)
		free(result->linked[i]);
	tree_links_free(result->leaving, result->leaving_count);
	free(result->linked);
	free(result->classes);
	free(result->refused);
	free(result->mounts);
	free(result->unlisted_example);
	*result = (struct tree_result){ .complete = false };
}

static void
forget(void *result)
{
	tree_result_done(result);
	free(result);
}

static void
make_key(const struct tree_options *options, struct strbuf *key)
{
	memory_key_seen(key, MEMORY_TREE, options->worker, options->app);
	memory_key_text(key, options->path);
	memory_key_number(key,
	    options->wanted == NULL && options->listed == NULL
		? 0
		: (uintptr_t)options->wanted_by);
	memory_key_number(key, options->stat_only);
	memory_key_number(key, options->links);
	memory_key_number(key, options->links_from);
	memory_key_number(key, options->budget.entries);
	memory_key_number(key, options->budget.opens);
}

const struct tree_result *
tree_sample_once(const struct tree_options *options, char **cause)
{
	struct probe_memory *memory = options->probe.memory;
	struct tree_result *result;
	struct strbuf key;

	make_key(options, &key);
	result = probe_memory_get(memory, &key);
	if (result == NULL) {
		result = xmalloc(sizeof(*result));
		if (tree_sample(options, result, cause) == 0) {
			probe_memory_put(memory, &key, result, forget);
		} else {
			free(result);
			result = NULL;
		}
	}
	strbuf_done(&key);
	return result;
}
