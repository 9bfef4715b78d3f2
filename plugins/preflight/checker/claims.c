/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "base/xmalloc.h"

#include "preflight/app/pairing.h"
#include "preflight/checker/claims.h"

/*
 * Owning a tree is the weakest sign, and the only one that costs a child: it
 * is looked for where there is no other.
 */

static bool
is_unpaired(const struct program_views *views, const struct program_view *view,
    const struct nginx_site *site)
{
	struct pairing pairing;
	bool unpaired;

	if (view->cred.uid == 0)
		return false;
	pairing_make(views, view, site, &pairing);
	unpaired = pairing.by == PAIR_NONE;
	pairing_done(&pairing);
	return unpaired;
}

/* Trees without a variable in their path that nobody is known to own; the
 * caller frees.  NULL if there are none. */
static struct need **
open_needs(struct nginx_site *site, size_t *count)
{
	struct need **needs = NULL;

	*count = 0;
	for (size_t i = 0; i < site->need_count; i++) {
		struct need *need = &site->needs[i];

		if (!pairing_is_served(need) || need->variable != NULL ||
		    need->owned)
			continue;
		needs = xreallocarray(needs, *count + 1, sizeof(struct need *));
		needs[(*count)++] = need;
	}
	return needs;
}

static void
claim(const struct probe_as *as, const struct probe_options *options,
    struct nginx_site *site)
{
	size_t count;
	struct need **needs = open_needs(site, &count);
	struct question *questions = xcalloc(count + 1, sizeof(*questions));
	struct answer *answers = xcalloc(count + 1, sizeof(*answers));

	for (size_t i = 0; i < count; i++)
		questions[i] = (struct question){
			.what = ASK_STAT,
			.path = needs[i]->path,
		};
	if (count > 0 &&
	    probe_ask(as, questions, count, answers, options, NULL) == 0) {
		for (size_t i = 0; i < count; i++) {
			needs[i]->owned = answers[i].verdict == ANSWER_YES &&
			    answers[i].facts.uid == as->cred->uid;
			needs[i]->owner = as->cred->uid;
			answer_done(&answers[i]);
		}
	}
	free(answers);
	free(questions);
	free(needs);
}

void
claims_find(const struct program_views *views, const char *image,
    const struct probe_options *options, struct nginx_site *site)
{
	for (size_t i = 0; i < views->count; i++) {
		const struct program_view *view = &views->items[i];
		const struct probe_as as = {
			.cred = &view->cred,
			.proc_fd = -1,
			.umask = -1,
			.image = image,
		};
		bool asked = false;

		for (size_t j = 0; j < i; j++)
			asked =
			    asked || views->items[j].cred.uid == view->cred.uid;
		if (!asked && is_unpaired(views, view, site))
			claim(&as, options, site);
	}
}
