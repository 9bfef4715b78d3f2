/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "base/path_below.h"
#include "base/xmalloc.h"

#include "preflight/judge/judge.h"
#include "preflight/judge/tree_secrets.h"
#include "preflight/probe/tree_survey.h"

/*
 * The lister names them; nothing is opened.
 */

static enum secret_kind
kind_of(const struct judge *judge, const struct survey_sample *sample)
{
	if (sample->is_dir)
		return SECRET_REPOSITORY;
	if (secret_is_named(judge->more_secrets, sample->path))
		return SECRET_CREDENTIALS;
	if (secret_by_name(sample->path, false).kind == SECRET_SOURCE)
		return SECRET_NONE;
	return secret_suspected(sample->path);
}

static void
take(struct tree_secrets *secrets, enum secret_kind kind, const char *path,
    const struct survey_sample *sample)
{
	strvec_push_taken(&secrets->paths, path_below(path, sample->path));
	if (kind == SECRET_DATABASE || sample->is_dir)
		return;
	secrets->facts = xreallocarray(secrets->facts, secrets->count + 1,
	    sizeof(*secrets->facts));
	secrets->facts[secrets->count++] = sample->facts;
}

struct list_job
tree_secrets_job(const struct judge *judge, const char *path)
{
	return (struct list_job){
		.path = path,
		.budget = judge->budget,
		.app = judge->view->cred.uid,
		.secrets = true,
		/* Not for these: the search for secrets lists it that way. */
		.sources = true,
		.more_secrets = judge->more_secrets,
	};
}

void
tree_secrets_find(const struct judge *judge, const char *path,
    struct tree_secrets *secrets)
{
	struct list_job job = tree_secrets_job(judge, path);
	struct tree_survey *survey = tree_survey_run(&job, judge->identity,
	    &judge->view->cred, &judge->probe);

	*secrets = (struct tree_secrets){
		.paths = STRVEC_INIT,
		.complete = survey->why == WHY_NONE && survey->seen[5] != 0,
	};
	for (size_t i = 0; i < survey->sample_count; i++) {
		const struct survey_sample *one = &survey->samples[i];
		enum secret_kind kind = one->reason == LIST_SECRET
		    ? kind_of(judge, one)
		    : SECRET_NONE;

		if (kind != SECRET_NONE)
			take(secrets, kind, path, one);
	}
	for (size_t i = 0; i < survey->class_count; i++)
		secrets->mixed |=
		    survey->classes[i].facts.uid != judge->view->cred.uid;
	tree_survey_release(survey);
	strvec_sort(&secrets->paths);
}

void
tree_secrets_done(struct tree_secrets *secrets)
{
	strvec_done(&secrets->paths);
	free(secrets->facts);
	secrets->facts = NULL;
	secrets->count = 0;
}

static bool
same_acl(const struct acl *a, const struct acl *b)
{
	return a->count == b->count &&
	    memcmp(a->entries, b->entries, a->count * sizeof(*a->entries)) == 0;
}

size_t
tree_secrets_like(const struct tree_secrets *secrets, const struct facts *facts)
{
	size_t like = 0;

	for (size_t i = 0; i < secrets->count; i++) {
		const struct facts *one = &secrets->facts[i];

		like += one->mode == facts->mode && one->uid == facts->uid &&
		    one->gid == facts->gid && same_acl(&one->acl, &facts->acl);
	}
	return like;
}
