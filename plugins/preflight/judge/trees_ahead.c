/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "base/xmalloc.h"

#include "preflight/judge/judge.h"
#include "preflight/judge/tree_secrets.h"
#include "preflight/judge/trees_ahead.h"
#include "preflight/nginx/nginx_wanted.h"
#include "preflight/probe/tree_survey.h"
#include "preflight/witness/witness.h"

static bool
is_tree(const struct need *need)
{
	return (need->kind == NEED_STATIC_TREE ||
		   need->kind == NEED_INTERNAL_TREE) &&
	    need->variable == NULL && *need->path == '/';
}

/* A place that hangs is found here, as it would be without this. */
static bool
is_there(const struct judge *judge, const struct need *need)
{
	const struct question question = {
		.what = ASK_ENTER,
		.path = need->path,
	};
	struct answer answer;
	bool there;

	if (probe_ask_worker(judge->identity, &question, 1, &answer,
		&judge->probe, NULL) == -1)
		return false;
	there = answer.verdict != ANSWER_UNDECIDED && answer.why != WHY_MISSING;
	answer_done(&answer);
	return there;
}

void
trees_ahead(const struct judge *judge, const struct pairing *pairing)
{
	struct list_job *jobs, *secrets;
	size_t count = 0;

	if (witness_is_noting() || pairing->need_count == 0)
		return;
	jobs = xcalloc(pairing->need_count, sizeof(*jobs));
	secrets = xcalloc(pairing->need_count, sizeof(*secrets));
	for (size_t i = 0; i < pairing->need_count; i++) {
		const struct need *need = pairing->needs[i].need;

		if (!is_tree(need) || !is_there(judge, need))
			continue;
		jobs[count] = (struct list_job){
			.path = need->path,
			.budget = judge->budget,
			.wanted = nginx_wanted_filter(need),
			.wanted_arg = need,
			.lasting = true,
			.app = judge->view->cred.uid,
		};
		secrets[count++] = tree_secrets_job(judge, need->path);
	}
	if (count > 1) {
		tree_survey_ahead(jobs, count, judge->identity,
		    &judge->view->cred, &judge->probe);
		tree_survey_ahead(secrets, count, judge->identity,
		    &judge->view->cred, &judge->probe);
	}
	free(jobs);
	free(secrets);
}
