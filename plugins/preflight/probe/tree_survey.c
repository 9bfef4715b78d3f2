/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "preflight/probe/session.h"
#include "preflight/probe/tree_key.h"
#include "preflight/probe/tree_survey.h"
#include "preflight/witness/witness.h"

#define CPU_SECONDS 600
/* How long a lister may be silent beyond its own budget. */
#define SLACK_MS    3000

static void
take_dir(struct tree_survey *survey, const struct record *record,
    const char *path)
{
	survey->dirs = xreallocarray(survey->dirs, survey->dir_count + 1,
	    sizeof(*survey->dirs));
	survey->dirs[survey->dir_count++] = (struct survey_dir){
		.path = xstrndup(path, record->path_len),
		.class = (long)record->numbers[0],
		.entries = (size_t)record->numbers[1],
		.wanted = record->numbers[2] != 0,
	};
}

static void
take_sample(struct tree_survey *survey, const struct record *record,
    const char *path)
{
	struct survey_sample *sample;
	size_t len = record->path_len, link_len = (size_t)record->numbers[2];

	survey->samples = xreallocarray(survey->samples,
	    survey->sample_count + 1, sizeof(*survey->samples));
	sample = &survey->samples[survey->sample_count++];
	*sample = (struct survey_sample){
		.class = (long)record->numbers[0],
		.reason = (enum list_reason)record->numbers[1],
		.is_dir = record->numbers[2] != 0,
		.facts = record->facts,
	};
	if (sample->reason == LIST_LEAVING && link_len <= len) {
		sample->target = xstrndup(path + link_len, len - link_len);
		len = link_len;
	}
	sample->path = xstrndup(path, len);
}

static void
take_class(struct tree_survey *survey, const struct record *record)
{
	/* They come in order. */
	if (record->numbers[0] != (int64_t)survey->class_count)
		return;
	survey->classes = xreallocarray(survey->classes,
	    survey->class_count + 1, sizeof(*survey->classes));
	survey->classes[survey->class_count++] = (struct tree_class){
		.facts = record->facts,
		.members = (size_t)record->numbers[1],
	};
}

static void
take_numbers(size_t numbers[RECORD_NUMBERS], const struct record *record)
{
	for (size_t i = 0; i < RECORD_NUMBERS; i++)
		numbers[i] = (size_t)record->numbers[i];
}

static void
take(const struct record *record, const char *path, void *arg)
{
	struct tree_survey *survey = arg;

	if (record->kind == RECORD_DIRECTORY)
		take_dir(survey, record, path);
	else if (record->kind == RECORD_SAMPLE)
		take_sample(survey, record, path);
	else if (record->kind == RECORD_CLASS)
		take_class(survey, record);
	else if (record->kind == RECORD_SEEN)
		take_numbers(survey->seen, record);
	else if (record->kind == RECORD_GAINED)
		take_numbers(survey->gained, record);
}

static enum why
list(struct list_job *job, const struct probe_as *as,
    const struct probe_options *options, struct tree_survey *survey)
{
	struct child_plan plan = {
		.as = as,
		.become = probe_mode_for(as->cred) == PROBE_BECOME,
		.work = tree_list,
		.arg = job,
		.cpu_seconds = CPU_SECONDS,
	};
	struct session session = {
		.plan = &plan,
		.quiet_ms = job->budget.ms + SLACK_MS,
		.deadline_ms = options->deadline_ms,
		.take = take,
		.arg = survey,
	};

	*survey = (struct tree_survey){ .why = WHY_BROKEN };
	survey->why = session_run(&session);
	survey->error = session.error;
	return survey->why;
}

/* Notes what the listing saw; a refusal rests on the way to the tree. */
static void
bear_witness(const struct list_job *job, const struct identity *worker,
    const struct cred *cred, const struct tree_survey *survey)
{
	pid_t view = identity_view(worker);
	struct strbuf key = STRBUF_INIT;

	if (survey->why == WHY_NONE) {
		tree_key_write(job, cred, &key);
		witness_tree(job->path, key.data, key.len, view,
		    survey->seen[7]);
		strbuf_done(&key);
	} else if (survey->why == WHY_LIST) {
		witness_path(view, job->path);
	} else {
		witness_give_up();
	}
}

static enum why
list_as(struct list_job *job, const struct identity *worker,
    const struct cred *cred, const struct probe_options *options,
    struct tree_survey *survey)
{
	const struct probe_as as = {
		.cred = cred,
		.proc_fd = worker->proc_fd,
		.umask = -1,
		.image = worker->image,
	};

	list(job, &as, options, survey);
	bear_witness(job, worker, cred, survey);
	return survey->why;
}

uint64_t
tree_survey_digest(struct list_job *job, const struct cred *who, int proc_fd)
{
	const struct probe_options options = { .timeout_ms = 0 };
	const struct probe_as as = {
		.cred = who,
		.proc_fd = proc_fd,
		.umask = -1,
	};
	struct tree_survey survey;
	uint64_t digest;

	digest =
	    list(job, &as, &options, &survey) == WHY_NONE ? survey.seen[7] : 0;
	tree_survey_done(&survey);
	return digest;
}

enum why
tree_survey_run(struct list_job *job, const struct identity *worker,
    const struct cred *app, const struct probe_options *options,
    struct tree_survey *survey)
{
	enum why why = WHY_LIST;

	if (app != NULL)
		why = list_as(job, worker, app, options, survey);
	/* Not even the app may list it: perhaps the worker does. */
	if (app != NULL && (why != WHY_LIST || survey->error != EACCES))
		return why;
	if (app != NULL)
		tree_survey_done(survey);
	return list_as(job, worker, &worker->cred, options, survey);
}

void
tree_survey_done(struct tree_survey *survey)
{
	for (size_t i = 0; i < survey->dir_count; i++)
		free(survey->dirs[i].path);
	for (size_t i = 0; i < survey->sample_count; i++) {
		free(survey->samples[i].path);
		free(survey->samples[i].target);
	}
	free(survey->dirs);
	free(survey->samples);
	free(survey->classes);
	*survey = (struct tree_survey){ .why = WHY_BROKEN };
}

void
tree_survey_links(const struct tree_survey *survey, const char *root,
    struct tree_link **links, size_t *count)
{
	const struct survey_sample *sample;
	size_t len = strlen(root);

	while (len > 0 && root[len - 1] == '/')
		len--;
	*links = NULL;
	*count = 0;
	for (size_t i = 0; i < survey->sample_count; i++) {
		sample = &survey->samples[i];
		if (sample->reason != LIST_LEAVING)
			continue;
		*links = xreallocarray(*links, *count + 1, sizeof(**links));
		(*links)[(*count)++] = (struct tree_link){
			.path =
			    xasprintf("%.*s/%s", (int)len, root, sample->path),
			.target = xstrdup(sample->target),
		};
	}
}

void
tree_links_free(struct tree_link *links, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(links[i].path);
		free(links[i].target);
	}
	free(links);
}
