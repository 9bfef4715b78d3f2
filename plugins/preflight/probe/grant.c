/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path_below.h"
#include "base/strbuf.h"
#include "base/xmalloc.h"

#include "preflight/probe/grant.h"
#include "preflight/probe/tree_survey.h"

/*
 * A place is listed once; whether the worker gets as far as the place is
 * looked up before, because the lister starts there.
 */

/* How many paths a sentence names. */
#define NAMED_MAX 3

struct cred
grant_with_group(const struct cred *cred, gid_t group, bool member)
{
	struct cred changed = *cred;

	changed.groups =
	    xreallocarray(NULL, cred->group_count + 1, sizeof(*changed.groups));
	changed.group_count = 0;
	for (size_t i = 0; i < cred->group_count; i++) {
		if (cred->groups[i] != group)
			changed.groups[changed.group_count++] = cred->groups[i];
	}
	if (member)
		changed.groups[changed.group_count++] = group;
	return changed;
}

/* Whether each side may pass something. */
struct passes {
	bool without, with;
};

/* Whether each side may pass everything on the way to the place. */
static struct passes
look_above(const struct grant_question *question, const char *place)
{
	const struct probe_as app = {
		.cred = question->app,
		.proc_fd = question->worker->proc_fd,
		.view = identity_view(question->worker),
		.image = question->worker->image,
		.umask = -1,
	};
	const struct question way = {
		.what = ASK_ENTER,
		.path = place,
		.trace = true,
	};
	struct passes passes = { false, false };
	struct answer answer;
	const struct step *step;

	if (probe_ask(&app, &way, 1, &answer, &question->probe, NULL) == -1)
		return passes;
	passes.without = passes.with = answer.verdict == ANSWER_YES;
	for (size_t i = 0; i < answer.step_count; i++) {
		step = &answer.steps[i];
		if (!S_ISDIR(step->facts.mode) ||
		    strcmp(step->path, place) == 0)
			continue;
		passes.without &= access_granted(question->without,
		    &step->facts, ACCESS_SEARCH);
		passes.with &= access_granted(question->with, &step->facts,
				   ACCESS_SEARCH) ||
		    (question->opened != NULL &&
			strvec_find(question->opened, step->path) != -1);
	}
	answer_done(&answer);
	return passes;
}

/* The same for every way below the place; the caller frees. */
static struct passes *
look_below(const struct grant_question *question,
    const struct tree_survey *survey, struct passes above)
{
	struct passes *passes = xcalloc(survey->way_count + 1, sizeof(*passes));

	for (size_t i = 0; i < survey->way_count; i++) {
		const struct tree_way *way = &survey->ways[i];
		const struct facts *dir = &survey->classes[way->class].facts;

		if (i > 0)
			above = passes[way->parent];
		passes[i].without = above.without &&
		    access_granted(question->without, dir, ACCESS_SEARCH);
		passes[i].with = above.with &&
		    (way->opened ||
			access_granted(question->with, dir, ACCESS_SEARCH));
	}
	return passes;
}

/* Whether the need is granted with the change and not without it. */
static bool
opens(const struct grant_question *question, struct passes passes,
    const struct facts *file, unsigned need)
{
	return passes.with && access_granted(question->with, file, need) &&
	    !(passes.without && access_granted(question->without, file, need));
}

struct named {
	long rank;
	char *path;
};

static int
compare_named(const void *one, const void *two)
{
	const struct named *a = one, *b = two;

	if (a->rank != b->rank)
		return a->rank > b->rank ? -1 : 1;
	return strcmp(a->path, b->path);
}

struct measure {
	const struct grant_question *question;
	struct grant *grant;
	struct named *named;
	size_t named_count;
};

static void
add_named(struct measure *measure, const char *place,
    const struct survey_sample *one)
{
	measure->named = xreallocarray(measure->named, measure->named_count + 1,
	    sizeof(*measure->named));
	measure->named[measure->named_count++] = (struct named){
		.rank = one->rank,
		.path = path_below(place, one->path),
	};
}

static void
take_survey(struct measure *measure, const char *place,
    const struct tree_survey *survey)
{
	struct passes above = look_above(measure->question, place);
	struct passes *passes = look_below(measure->question, survey, above);
	bool *readable = xcalloc(survey->reach_count + 1, sizeof(*readable));
	struct grant *grant = measure->grant;

	grant->complete &= survey->seen[5] != 0;
	for (size_t i = 0; i < survey->reach_count; i++) {
		const struct tree_reach *reach = &survey->reaches[i];
		const struct facts *file = &survey->classes[reach->class].facts;

		if (opens(measure->question, passes[reach->way], file,
			ACCESS_WRITE))
			grant->writable += reach->all;
		readable[i] = opens(measure->question, passes[reach->way], file,
		    ACCESS_READ);
		grant->files += readable[i] ? reach->files : 0;
		grant->suspicious += readable[i] ? reach->suspicious : 0;
	}
	for (size_t i = 0; i < survey->sample_count; i++) {
		const struct survey_sample *one = &survey->samples[i];

		if (one->reason == LIST_GAINED && one->class >= 0 &&
		    (size_t)one->class < survey->reach_count &&
		    readable[one->class])
			add_named(measure, place, one);
	}
	free(readable);
	free(passes);
}

/* Those that are the place or below it: others have no part in the listing. */
static size_t
paths_below(const char *place, const struct strvec *paths, char **below)
{
	size_t count = 0;

	for (size_t i = 0; paths != NULL && i < paths->len; i++) {
		if (path_is_below(paths->items[i], place))
			below[count++] = paths->items[i];
	}
	return count;
}

static void
measure_place(struct measure *measure, const char *place)
{
	const struct grant_question *question = measure->question;
	const struct strvec *needed = question->needed;
	const struct strvec *opened = question->opened;
	char **paths = xcalloc(needed->len + (opened == NULL ? 0 : opened->len),
	    sizeof(*paths));
	struct tree_gain gain = { .needed = paths };
	struct list_job job = {
		.path = place,
		.budget = question->budget,
		.app = question->app->uid,
		.gain = &gain,
	};
	struct tree_survey *survey;

	gain.needed_count = paths_below(place, needed, paths);
	gain.opened = paths + gain.needed_count;
	gain.opened_count =
	    paths_below(place, opened, paths + gain.needed_count);
	survey = tree_survey_run(&job, question->worker, question->app,
	    &question->probe);
	if (survey->why == WHY_NONE)
		take_survey(measure, place, survey);
	else if (survey->error != ENOENT)
		measure->grant->complete = false;
	tree_survey_release(survey);
	free(paths);
}

/* The worst first; the paths move to the grant. */
static void
keep_worst(struct measure *measure)
{
	if (measure->named_count > 1)
		qsort(measure->named, measure->named_count,
		    sizeof(*measure->named), compare_named);
	for (size_t i = 0; i < measure->named_count; i++) {
		if (i < TREE_GAIN_WORST)
			strvec_push_taken(&measure->grant->worst,
			    measure->named[i].path);
		else
			free(measure->named[i].path);
	}
	free(measure->named);
}

void
grant_measure(const struct grant_question *question, struct grant *grant)
{
	struct measure measure = { .question = question, .grant = grant };

	*grant = (struct grant){ .worst = STRVEC_INIT, .complete = true };
	for (size_t i = 0; i < question->place_count; i++)
		measure_place(&measure, question->places[i]);
	keep_worst(&measure);
}

void
grant_done(struct grant *grant)
{
	strvec_done(&grant->worst);
}

char *
grant_price(const struct grant *grant)
{
	struct strbuf text = STRBUF_INIT;
	size_t named =
	    grant->worst.len < NAMED_MAX ? grant->worst.len : NAMED_MAX;

	strbuf_addf(&text, "%s%zu more file%s readable",
	    grant->complete ? "" : "at least ", grant->files,
	    grant->files == 1 ? " becomes" : "s become");
	for (size_t i = 0; i < named; i++)
		strbuf_addf(&text, "%s%s", i == 0 ? " (" : ", ",
		    grant->worst.items[i]);
	if (named > 0)
		strbuf_addstr(&text, grant->files > named ? ", ...)" : ")");
	if (grant->suspicious > 0)
		strbuf_addf(&text, ", %zu of them secret by name",
		    grant->suspicious);
	if (grant->writable > 0)
		strbuf_addf(&text, "; %zu writable", grant->writable);
	return strbuf_steal(&text);
}
