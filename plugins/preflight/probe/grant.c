/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

/* Whether each side may pass everything on the way to the place. */
static void
look_above(const struct grant_question *question, const char *place,
    struct tree_gain *gain)
{
	const struct probe_as app = {
		.cred = question->app,
		.proc_fd = question->worker->proc_fd,
		.image = question->worker->image,
		.umask = -1,
	};
	const struct question way = {
		.what = ASK_ENTER,
		.path = place,
		.trace = true,
	};
	struct answer answer;
	const struct step *step;

	gain->enters_without = gain->enters_with = false;
	if (probe_ask(&app, &way, 1, &answer, &question->probe, NULL) == -1)
		return;
	gain->enters_without = gain->enters_with = answer.verdict == ANSWER_YES;
	for (size_t i = 0; i < answer.step_count; i++) {
		step = &answer.steps[i];
		if (!S_ISDIR(step->facts.mode) ||
		    strcmp(step->path, place) == 0)
			continue;
		gain->enters_without &=
		    access_granted(gain->without, &step->facts, ACCESS_SEARCH);
		gain->enters_with &=
		    access_granted(gain->with, &step->facts, ACCESS_SEARCH) ||
		    (question->opened != NULL &&
			strvec_find(question->opened, step->path) != -1);
	}
	answer_done(&answer);
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
take_survey(struct measure *measure, const char *place,
    const struct tree_survey *survey)
{
	struct grant *grant = measure->grant;

	grant->files += survey->gained[0];
	grant->suspicious += survey->gained[1];
	grant->writable += survey->gained[2];
	grant->complete &= survey->seen[5] != 0;
	for (size_t i = 0; i < survey->sample_count; i++) {
		const struct survey_sample *one = &survey->samples[i];
		size_t len = strlen(place);

		if (one->reason != LIST_GAINED)
			continue;
		while (len > 0 && place[len - 1] == '/')
			len--;
		measure->named = xreallocarray(measure->named,
		    measure->named_count + 1, sizeof(*measure->named));
		measure->named[measure->named_count++] = (struct named){
			.rank = one->class,
			.path =
			    xasprintf("%.*s/%s", (int)len, place, one->path),
		};
	}
}

static void
measure_place(struct measure *measure, const char *place,
    struct tree_gain *gain)
{
	const struct grant_question *question = measure->question;
	struct list_job job = {
		.path = place,
		.budget = question->budget,
		.app = question->app->uid,
		.gain = gain,
	};
	struct tree_survey survey;

	look_above(question, place, gain);
	if (tree_survey_run(&job, question->worker, question->app,
		&question->probe, &survey) == WHY_NONE)
		take_survey(measure, place, &survey);
	else if (survey.error != ENOENT)
		measure->grant->complete = false;
	tree_survey_done(&survey);
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
	struct tree_gain gain = {
		.without = question->without,
		.with = question->with,
		.needed = question->needed->items,
		.needed_count = question->needed->len,
	};
	struct measure measure = { .question = question, .grant = grant };

	*grant = (struct grant){ .worst = STRVEC_INIT, .complete = true };
	if (question->opened != NULL) {
		gain.opened = question->opened->items;
		gain.opened_count = question->opened->len;
	}
	for (size_t i = 0; i < question->place_count; i++)
		measure_place(&measure, question->places[i], &gain);
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
