/* SPDX-License-Identifier: ISC */
/*
 * The scan: a lister finds suspicious names, the worker child says which of
 * them it may read or write and what kind of content they have.  Nothing of
 * the content itself leaves that child.
 */
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "base/path_below.h"
#include "base/xmalloc.h"
#include "preflight/probe/memory.h"
#include "preflight/probe/security.h"
#include "preflight/probe/tree_survey.h"

#define BATCH	     1000
#define WRITABLE_MAX 64

/* One place being scanned. */
struct scan {
	const struct security_options *options;
	const struct security_root *root;
	const struct tree_survey *survey;
	struct security_result *result; /* of this place alone */
};

/* What a question is about: a sample, or a directory of the survey. */
struct subject {
	char *path;
	const struct survey_sample *sample; /* NULL: a directory */
};

static bool
is_expected(const struct security_options *options, const char *path)
{
	for (size_t i = 0; i < options->expected_count; i++) {
		if (strcmp(options->expected[i], path) == 0)
			return true;
	}
	return false;
}

static void
add_sighting(struct sighting **list, size_t *count,
    const struct sighting *sighting)
{
	*list = xreallocarray(*list, *count + 1, sizeof(**list));
	(*list)[(*count)++] = *sighting;
}

static void
take_secret(struct scan *scan, const struct subject *subject,
    const struct answer *answer)
{
	const struct survey_sample *sample = subject->sample;
	struct sighting sighting = {
		.facts = sample->facts,
		.readable = answer->verdict,
		.writable = answer->writable,
		.is_dir = sample->is_dir,
	};

	sighting.kind =
	    secret_settle(secret_by_name(sample->path, sample->is_dir),
		sample->path, answer->content, &sighting.weaker);
	if (!sample->is_dir &&
	    secret_is_named(scan->options->more_secrets, sample->path))
		sighting.kind = SECRET_CREDENTIALS;
	/* Somebody who may add keys can log in; reading them is harmless. */
	if (sighting.kind == SECRET_NONE ||
	    (sighting.kind == SECRET_LOGIN && !sighting.writable))
		return;
	sighting.path = xstrdup(subject->path);
	add_sighting(&scan->result->items, &scan->result->count, &sighting);
}

static void
take_writable(struct scan *scan, const struct subject *subject,
    const struct answer *answer)
{
	struct sighting sighting = {
		.kind = SECRET_NONE,
		.facts = answer->facts,
		.readable = answer->verdict,
		.writable = true,
		.is_dir = subject->sample == NULL,
	};

	if (!answer->writable || scan->result->writable_count == WRITABLE_MAX)
		return;
	sighting.path = xstrdup(subject->path);
	add_sighting(&scan->result->writable, &scan->result->writable_count,
	    &sighting);
}

static void
take_answer(struct scan *scan, const struct subject *subject,
    const struct answer *answer)
{
	if (answer->verdict == ANSWER_UNDECIDED)
		scan->result->complete = false;
	else if (subject->sample != NULL &&
	    subject->sample->reason == LIST_SECRET)
		take_secret(scan, subject, answer);
	else
		take_writable(scan, subject, answer);
}

static void
make_question(const struct scan *scan, const struct subject *subject,
    struct question *question)
{
	bool is_dir = subject->sample == NULL || subject->sample->is_dir;
	bool is_secret =
	    subject->sample != NULL && subject->sample->reason == LIST_SECRET;

	*question = (struct question){
		.what = is_dir ? ASK_ENTER : ASK_READ_FILE,
		.path = subject->path,
		.and_write = true,
		.peek = is_secret && !is_dir && !scan->options->stat_only,
		.stat_only = scan->options->stat_only,
	};
}

static int
ask_subjects(struct scan *scan, const struct subject *subjects, size_t count,
    char **cause)
{
	struct question *questions = xcalloc(count, sizeof(*questions));
	struct answer *answers = xcalloc(count, sizeof(*answers));
	int failed;

	for (size_t i = 0; i < count; i++)
		make_question(scan, &subjects[i], &questions[i]);
	failed = probe_ask_worker(scan->options->worker, questions, count,
	    answers, &scan->options->probe, cause);
	for (size_t i = 0; i < count && failed == 0; i++) {
		take_answer(scan, &subjects[i], &answers[i]);
		answer_done(&answers[i]);
	}
	free(questions);
	free(answers);
	return failed;
}

/* The secrets, every directory, and what stands for each class of files. */
static size_t
make_subjects(struct scan *scan, struct subject *subjects)
{
	const struct tree_survey *survey = scan->survey;
	const struct survey_sample *sample;
	size_t count = 0;

	for (size_t i = 0; i < survey->dir_count; i++)
		subjects[count++] = (struct subject){
			.path =
			    path_below(scan->root->path, survey->dirs[i].path),
		};
	for (size_t i = 0; i < survey->sample_count; i++) {
		sample = &survey->samples[i];
		if (sample->reason != LIST_SECRET &&
		    sample->reason != LIST_CLASS)
			continue;
		subjects[count++] = (struct subject){
			.path = path_below(scan->root->path, sample->path),
			.sample = sample,
		};
	}
	return count;
}

static int
ask_all(struct scan *scan, char **cause)
{
	const struct tree_survey *survey = scan->survey;
	struct subject *subjects =
	    xcalloc(survey->dir_count + survey->sample_count + 1,
		sizeof(*subjects));
	size_t count = make_subjects(scan, subjects);
	int failed = ask_subjects(scan, subjects, count, cause);

	for (size_t i = 0; i < count; i++)
		free(subjects[i].path);
	free(subjects);
	return failed;
}

static void
take_links(struct scan *scan)
{
	if (scan->root->served)
		tree_survey_links(scan->survey, scan->root->path,
		    &scan->result->leaving, &scan->result->leaving_count);
}

static int
scan_root(const struct security_options *options,
    const struct security_root *root, struct security_result *result,
    char **cause)
{
	struct list_job job = {
		.path = root->path,
		.budget = options->budget,
		.app = options->app != NULL ? options->app->uid
					    : options->worker->cred.uid,
		.depth = root->depth,
		.secrets = true,
		.sources = root->served,
		.more_secrets = options->more_secrets,
		.home = root->home,
	};
	struct tree_survey *survey = tree_survey_run(&job, options->worker,
	    options->app, &options->probe);
	struct scan scan = {
		.options = options,
		.root = root,
		.survey = survey,
		.result = result,
	};
	int failed = 0;

	*result = (struct security_result){
		.complete = survey->why == WHY_NONE && survey->seen[5] != 0,
	};
	if (survey->why == WHY_NONE) {
		take_links(&scan);
		failed = ask_all(&scan, cause);
	}
	tree_survey_release(survey);
	if (failed)
		security_result_done(result);
	return failed;
}

static void
forget(void *result)
{
	security_result_done(result);
	free(result);
}

static void
make_key(const struct security_options *options,
    const struct security_root *root, struct strbuf *key)
{
	memory_key_seen(key, MEMORY_SCAN, options->worker, options->app);
	memory_key_text(key, root->path);
	memory_key_number(key, root->depth);
	memory_key_number(key,
	    root->served | root->home << 1 | options->stat_only << 2);
	memory_key_number(key, options->budget.entries);
	memory_key_number(key, (uintptr_t)options->more_secrets);
}

/* What was found there, now or before; NULL and *cause.  *own says whether the
 * caller frees it with forget. */
static struct security_result *
find_in(const struct security_options *options,
    const struct security_root *root, bool *own, char **cause)
{
	struct probe_memory *memory = options->probe.memory;
	struct security_result *found = NULL;
	struct strbuf key;

	*own = memory == NULL;
	make_key(options, root, &key);
	if (memory != NULL)
		found = probe_memory_get(memory, &key);
	if (found == NULL) {
		found = xmalloc(sizeof(*found));
		if (scan_root(options, root, found, cause) == -1) {
			free(found);
			found = NULL;
		} else if (memory != NULL) {
			probe_memory_put(memory, &key, found, forget);
		}
	}
	strbuf_done(&key);
	return found;
}

static void
copy_sighting(const struct sighting *from, size_t root, struct sighting **list,
    size_t *count)
{
	struct sighting copy = *from;

	copy.root = root;
	copy.path = xstrdup(from->path);
	add_sighting(list, count, &copy);
}

/* Adds what was found in one root. */
static void
add_found(const struct security_options *options, size_t root,
    const struct security_result *found, struct security_result *result)
{
	result->complete &= found->complete;
	for (size_t i = 0; i < found->count; i++) {
		if (!is_expected(options, found->items[i].path))
			copy_sighting(&found->items[i], root, &result->items,
			    &result->count);
	}
	for (size_t i = 0;
	     i < found->writable_count && result->writable_count < WRITABLE_MAX;
	     i++)
		copy_sighting(&found->writable[i], root, &result->writable,
		    &result->writable_count);
	result->leaving = xreallocarray(result->leaving,
	    result->leaving_count + found->leaving_count + 1,
	    sizeof(*result->leaving));
	for (size_t i = 0; i < found->leaving_count; i++)
		result->leaving[result->leaving_count++] = (struct tree_link){
			.path = xstrdup(found->leaving[i].path),
			.target = xstrdup(found->leaving[i].target),
		};
}

static int
compare_sightings(const void *a, const void *b)
{
	return strcmp(((const struct sighting *)a)->path,
	    ((const struct sighting *)b)->path);
}

static void
sort_sightings(struct sighting *list, size_t count)
{
	if (count > 1)
		qsort(list, count, sizeof(*list), compare_sightings);
}

int
security_scan(const struct security_options *options,
    struct security_result *result, char **cause)
{
	struct security_result *found;
	bool own;

	*result = (struct security_result){ .complete = true };
	for (size_t i = 0; i < options->root_count; i++) {
		found = find_in(options, &options->roots[i], &own, cause);
		if (found == NULL) {
			security_result_done(result);
			return -1;
		}
		add_found(options, i, found, result);
		if (own)
			forget(found);
	}
	sort_sightings(result->items, result->count);
	sort_sightings(result->writable, result->writable_count);
	return 0;
}

void
security_result_done(struct security_result *result)
{
	for (size_t i = 0; i < result->count; i++)
		free(result->items[i].path);
	for (size_t i = 0; i < result->writable_count; i++)
		free(result->writable[i].path);
	tree_links_free(result->leaving, result->leaving_count);
	free(result->items);
	free(result->writable);
	*result = (struct security_result){ .complete = false };
}

const char *
security_powerful_group(const struct cred *cred)
{
	static const char *const powerful[] = { "root", "sudo", "wheel", "adm",
		"shadow", "docker", "disk", "lxd", "kvm", "systemd-journal" };
	const struct group *group;

	for (size_t i = 0; i < sizeof(powerful) / sizeof(powerful[0]); i++) {
		group = names_group(powerful[i]);
		if (group != NULL && access_in_group(cred, group->gr_gid))
			return powerful[i];
	}
	return NULL;
}
