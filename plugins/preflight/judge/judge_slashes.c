/* SPDX-License-Identifier: ISC */
#include "preflight/judge/conf_diff.h"
#include "preflight/judge/judge.h"

/*
 * Location and alias that do not agree about the slash at the end: a name that
 * nobody meant (PF119), or more than was meant (PF508).
 */

void
judge_slashes(struct judge *judge, size_t check, const struct need *need)
{
	struct finding *finding = NULL;

	if (need->slash_missing) {
		finding = finding_create(PF119, need->path);
		finding_say(finding,
		    "location %s ends with / but the alias %s "
		    "does not: nginx will ask for %sNAME",
		    need->url, need->path, need->path);
		conf_diff_slash(judge, finding, need);
	} else if (need->slash_escape || need->slash_sibling) {
		finding = finding_create(PF508, need->path);
		finding_say(finding,
		    need->slash_escape
			? "location %s has no slash at its end but %s has: what lies "
			  "beside the directory can be asked for as %s../"
			: "neither location %s nor %s ends with a slash: siblings "
			  "that begin with the same name can be asked for as %s_x",
		    need->url, need->path, need->url);
	}
	if (finding != NULL)
		judge_add(judge, check, need, finding);
}
