/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/path_below.h"
#include "base/xmalloc.h"
#include "preflight/probe/hung.h"
#include "preflight/probe/memory.h"
#include "preflight/probe/seen.h"
#include "preflight/probe/session.h"
#include "preflight/probe/tree_key.h"
#include "preflight/probe/tree_survey.h"
#include "preflight/witness/witness.h"

#define CPU_SECONDS    600
/* How long a lister may be silent; see LIST_BEAT_MS. */
#define QUIET_MS       3000
#define TREE_MS_MIN    20
/* So many trees, and entries in them, are listed again while a start waits. */
#define AGAIN_TREES    6
#define AGAIN_ENTRIES  1000
/* With so many directories even they would take too long. */
#define LARGE_DIRS_MAX 4000

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
		.rank = (long)record->numbers[3],
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
		.mtime = { record->numbers[3], record->numbers[4] },
		.size = { record->numbers[5], record->numbers[6] },
	};
}

static void
take_numbers(size_t numbers[RECORD_NUMBERS], const struct record *record)
{
	for (size_t i = 0; i < RECORD_NUMBERS; i++)
		numbers[i] = (size_t)record->numbers[i];
}

/* A child may send anything. */
static bool
is_index(int64_t number, size_t count)
{
	return number >= 0 && (uint64_t)number < count;
}

static void
take_way(struct tree_survey *survey, const struct record *record)
{
	if (!is_index(record->numbers[0],
		survey->way_count + (survey->way_count == 0)) ||
	    !is_index(record->numbers[1], survey->class_count))
		return;
	survey->ways = xreallocarray(survey->ways, survey->way_count + 1,
	    sizeof(*survey->ways));
	survey->ways[survey->way_count++] = (struct tree_way){
		.parent = (uint32_t)record->numbers[0],
		.class = (uint32_t)record->numbers[1],
		.opened = record->numbers[2] != 0,
		.needed = record->numbers[3] != 0,
	};
}

static void
take_reach(struct tree_survey *survey, const struct record *record)
{
	if (!is_index(record->numbers[0], survey->way_count) ||
	    !is_index(record->numbers[1], survey->class_count))
		return;
	survey->reaches = xreallocarray(survey->reaches,
	    survey->reach_count + 1, sizeof(*survey->reaches));
	survey->reaches[survey->reach_count++] = (struct tree_reach){
		.way = (uint32_t)record->numbers[0],
		.class = (uint32_t)record->numbers[1],
		.files = (size_t)record->numbers[2],
		.suspicious = (size_t)record->numbers[3],
		.all = (size_t)record->numbers[4],
	};
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
	else if (record->kind == RECORD_WAY)
		take_way(survey, record);
	else if (record->kind == RECORD_REACH)
		take_reach(survey, record);
}

/* Memory that the listers of one identity share. */
struct sharing {
	struct seen *seen; /* NULL: none, or there was one */
};

static void
stop_sharing(struct sharing *sharing)
{
	seen_unmap(sharing->seen);
	sharing->seen = NULL;
}

static void
forget_sharing(void *sharing)
{
	stop_sharing(sharing);
	free(sharing);
}

/* NULL without a memory that keeps it. */
static struct sharing *
find_sharing(const struct probe_as *as, struct probe_memory *memory)
{
	struct sharing *sharing;
	struct strbuf key;

	if (memory == NULL)
		return NULL;
	memory_key(&key, MEMORY_SEEN);
	memory_key_view(&key, as->proc_fd, as->image);
	memory_key_cred(&key, as->cred);
	sharing = probe_memory_get(memory, &key);
	if (sharing == NULL) {
		sharing = xmalloc(sizeof(*sharing));
		sharing->seen = seen_map(SEEN_SHARED_BYTES, true);
		probe_memory_put(memory, &key, sharing, forget_sharing);
	}
	strbuf_done(&key);
	return sharing;
}

/* However late it is, the first entries of a tree are looked at. */
static int64_t
time_left(const struct tree_budget *budget, const struct probe_options *options)
{
	int64_t left = budget->ms;

	if (options->trees_ms != NULL && budget->all_ms != 0 &&
	    budget->all_ms - *options->trees_ms < left)
		left = budget->all_ms - *options->trees_ms;
	return left > TREE_MS_MIN ? left : TREE_MS_MIN;
}

/* One listing, from its plan to what it found. */
struct listing {
	struct list_job job;
	struct probe_as as;
	struct child_plan plan;
	struct session session;
	struct strvec served;
	struct sharing *sharing;
	struct tree_survey *survey;
};

/* Everything before the child; share: no other lister has the memory now. */
static void
listing_plan(struct listing *listing, const struct list_job *asked,
    const struct probe_as *as, const struct probe_options *options, bool share)
{
	*listing = (struct listing){
		.job = *asked,
		.as = *as,
		.plan = {
			.as = &listing->as,
			.become = probe_mode_for(as->cred) == PROBE_BECOME,
			.work = tree_list,
			.arg = &listing->job,
			.cpu_seconds = CPU_SECONDS,
		},
		.session = {
			.plan = &listing->plan,
			.quiet_ms = options->timeout_ms > 0
			    ? options->timeout_ms
			    : QUIET_MS,
			.deadline_ms = options->deadline_ms,
			.take = take,
		},
		.served = STRVEC_INIT,
	};
	listing->survey = xcalloc(1, sizeof(*listing->survey));
	listing->survey->refs = 1;
	listing->session.arg = listing->survey;
	if (share)
		listing->sharing = find_sharing(as, options->memory);
	if (listing->sharing != NULL)
		listing->job.shared = listing->sharing->seen;
	listing->job.budget.ms = time_left(&asked->budget, options);
	hung_served(as->proc_fd, &listing->served);
	listing->job.served = &listing->served;
}

/* Everything after it; the caller has the survey. */
static struct tree_survey *
listing_end(struct listing *listing, const struct probe_options *options)
{
	const struct session *session = &listing->session;
	struct tree_survey *survey = listing->survey;

	survey->why = session->why;
	survey->error = session->error;
	/* One that was stopped may have left a half of something, or, if it
	 * does not even die, may go on. */
	if (listing->sharing != NULL &&
	    (survey->why == WHY_TIMED_OUT || survey->why == WHY_BROKEN))
		stop_sharing(listing->sharing);
	if (survey->why == WHY_TIMED_OUT && !session->refused &&
	    (session->deadline_ms == 0 ||
		clock_mono_ms() < session->deadline_ms))
		hung_note(options->memory, &listing->as, listing->job.path);
	strvec_done(&listing->served);
	return survey;
}

/* Runs those together that have not hung before, and counts the time. */
static void
listings_run(struct listing *listings, size_t count,
    const struct probe_options *options)
{
	struct session *sessions[SESSIONS_MAX];
	int64_t begun_ms = clock_mono_ms();
	size_t running = 0;

	for (size_t i = 0; i < count; i++) {
		struct listing *one = &listings[i];

		one->session.refused = hung_at(options->memory, one->as.view,
					   one->job.path) != NULL;
		one->session.why = WHY_TIMED_OUT;
		if (!one->session.refused)
			sessions[running++] = &one->session;
	}
	session_run_together(sessions, running);
	if (options->trees_ms != NULL)
		*options->trees_ms += clock_mono_ms() - begun_ms;
}

static struct tree_survey *
list(const struct list_job *asked, const struct probe_as *as,
    const struct probe_options *options)
{
	struct listing listing;

	listing_plan(&listing, asked, as, options, true);
	listings_run(&listing, 1, options);
	return listing_end(&listing, options);
}

static size_t
entries_of(const struct tree_survey *survey)
{
	return survey->seen[0] + survey->seen[1] + survey->seen[2] +
	    survey->seen[3];
}

/* What will be listed again to compare an answer with: as the witness, of the
 * one run that a checker makes. */
static struct {
	size_t trees, entries;
} again;

/*
 * Whether the tree is to be listed again.  If that would take too long for a
 * start that waits, together with those before it, its directories are looked
 * at instead, unless they are too many as well.  One that was not seen to the
 * end is of unknown size.
 */
static bool
book_again(const struct tree_survey *survey)
{
	size_t more = entries_of(survey);

	if (survey->dir_count >= LARGE_DIRS_MAX)
		return true;
	if (survey->seen[5] == 0 || again.entries + more > AGAIN_ENTRIES ||
	    again.trees == AGAIN_TREES)
		return false;
	again.entries += more;
	again.trees++;
	return true;
}

static void
witness_large(const struct list_job *job, const struct strbuf *key, pid_t view,
    const struct tree_survey *survey)
{
	struct strvec dirs = STRVEC_INIT, entries = STRVEC_INIT;

	for (size_t i = 0; i < survey->dir_count; i++)
		strvec_push_taken(&dirs,
		    path_below(job->path, survey->dirs[i].path));
	for (size_t i = 0; i < survey->sample_count; i++) {
		if (survey->samples[i].reason != LIST_MOUNT)
			strvec_push_taken(&entries,
			    path_below(job->path, survey->samples[i].path));
	}
	witness_large_tree(job->path, key->data, key->len, view,
	    survey->seen[7], &dirs, &entries);
	strvec_done(&dirs);
	strvec_done(&entries);
}

/* Notes what the listing saw; a refusal rests on the way to the tree. */
static void
bear_witness(const struct list_job *job, const struct identity *worker,
    const struct cred *cred, const struct tree_survey *survey)
{
	pid_t view = identity_view(worker);
	struct strbuf key = STRBUF_INIT;

	if (!witness_is_noting())
		return;
	if (survey->why == WHY_NONE) {
		tree_key_write(job, cred, &key);
		if (book_again(survey))
			witness_tree(job->path, key.data, key.len, view,
			    survey->seen[7]);
		else
			witness_large(job, &key, view, survey);
		strbuf_done(&key);
	} else if (survey->why == WHY_LIST) {
		witness_path(view, job->path);
	} else {
		witness_give_up();
	}
}

/* Somebody in the worker's view. */
static struct probe_as
as_in_view(const struct identity *worker, const struct cred *cred)
{
	return (struct probe_as){
		.cred = cred,
		.proc_fd = probe_may_enter(worker->proc_fd),
		.view = identity_view(worker),
		.umask = -1,
		.image = worker->image,
	};
}

static struct tree_survey *
list_as(struct list_job *job, const struct identity *worker,
    const struct cred *cred, const struct probe_options *options)
{
	const struct probe_as as = as_in_view(worker, cred);
	struct tree_survey *survey = list(job, &as, options);

	bear_witness(job, worker, cred, survey);
	return survey;
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
	struct tree_survey *survey = list(job, &as, &options);
	uint64_t digest = survey->why == WHY_NONE ? survey->seen[7] : 0;

	tree_survey_release(survey);
	return digest;
}

/* Lists now, as whom it is possible. */
static struct tree_survey *
run(struct list_job *job, const struct identity *worker, const struct cred *app,
    const struct probe_options *options)
{
	struct tree_survey *survey;

	if (app != NULL) {
		survey = list_as(job, worker, app, options);
		/* Not even the app may list it: perhaps the worker does. */
		if (survey->why != WHY_LIST || survey->error != EACCES)
			return survey;
		tree_survey_release(survey);
	}
	return list_as(job, worker, &worker->cred, options);
}

static void
add_paths(struct strbuf *key, char *const *paths, size_t count)
{
	memory_key_number(key, count);
	for (size_t i = 0; i < count; i++)
		memory_key_text(key, paths[i]);
}

static void
make_key(const struct list_job *job, const struct identity *worker,
    const struct cred *app, struct strbuf *key)
{
	memory_key_seen(key, MEMORY_SURVEY, worker, app);
	memory_key_text(key, job->path);
	memory_key_number(key, job->budget.entries);
	memory_key_number(key, (uint64_t)job->budget.ms);
	memory_key_number(key, job->app);
	memory_key_number(key, job->depth);
	memory_key_number(key,
	    job->secrets | job->sources << 1 | job->home << 2);
	/* The array is the policy's. */
	memory_key_number(key, (uintptr_t)job->more_secrets);
	memory_key_number(key, (uintptr_t)job->wanted_arg);
	if (job->gain != NULL) {
		add_paths(key, job->gain->opened, job->gain->opened_count);
		add_paths(key, job->gain->needed, job->gain->needed_count);
	}
}

static void
forget(void *survey)
{
	tree_survey_release(survey);
}

struct tree_survey *
tree_survey_run(struct list_job *job, const struct identity *worker,
    const struct cred *app, const struct probe_options *options)
{
	struct tree_survey *survey;
	struct strbuf key;

	if (options->memory == NULL || (job->wanted != NULL && !job->lasting))
		return run(job, worker, app, options);
	make_key(job, worker, app, &key);
	survey = probe_memory_get(options->memory, &key);
	if (survey == NULL) {
		survey = run(job, worker, app, options);
		probe_memory_put(options->memory, &key, survey, forget);
	}
	strbuf_done(&key);
	survey->refs++;
	return survey;
}

/* Lists them, and keeps what was found. */
static void
list_ahead(const struct list_job *const *jobs, const struct strbuf *keys,
    size_t count, const struct probe_as *as,
    const struct probe_options *options)
{
	struct listing listings[SESSIONS_MAX];
	struct tree_survey *survey;

	for (size_t i = 0; i < count; i++)
		listing_plan(&listings[i], jobs[i], as, options, i == 0);
	listings_run(listings, count, options);
	for (size_t i = 0; i < count; i++) {
		survey = listing_end(&listings[i], options);
		if (survey->why == WHY_NONE)
			probe_memory_put(options->memory, &keys[i], survey,
			    forget);
		else
			tree_survey_release(survey);
	}
}

void
tree_survey_ahead(const struct list_job *jobs, size_t count,
    const struct identity *worker, const struct cred *app,
    const struct probe_options *options)
{
	const struct probe_as as = as_in_view(worker, app);
	const struct list_job *chosen[SESSIONS_MAX];
	struct strbuf keys[SESSIONS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		chosen[n] = &jobs[i];
		make_key(&jobs[i], worker, app, &keys[n]);
		if (probe_memory_get(options->memory, &keys[n]) == NULL &&
		    (n == 0 || !memory_key_same(&keys[0], &keys[n])))
			n++;
		else
			strbuf_done(&keys[n]);
		if (n == SESSIONS_MAX || (i + 1 == count && n > 0)) {
			list_ahead(chosen, keys, n, &as, options);
			while (n > 0)
				strbuf_done(&keys[--n]);
		}
	}
}

static void
survey_free(struct tree_survey *survey)
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
	free(survey->ways);
	free(survey->reaches);
	free(survey);
}

void
tree_survey_release(struct tree_survey *survey)
{
	if (--survey->refs == 0)
		survey_free(survey);
}

void
tree_survey_links(const struct tree_survey *survey, const char *root,
    struct tree_link **links, size_t *count)
{
	const struct survey_sample *sample;

	*links = NULL;
	*count = 0;
	for (size_t i = 0; i < survey->sample_count; i++) {
		sample = &survey->samples[i];
		if (sample->reason != LIST_LEAVING)
			continue;
		*links = xreallocarray(*links, *count + 1, sizeof(**links));
		(*links)[(*count)++] = (struct tree_link){
			.path = path_below(root, sample->path),
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
