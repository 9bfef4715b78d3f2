/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"

#include "preflight/judge/effect.h"
#include "preflight/judge/judge_index.h"
#include "preflight/judge/judge_links.h"
#include "preflight/nginx/nginx_wanted.h"

/* The first index file that is not missing, and what the worker gets of it;
 * NULL if there is none.  The caller frees both. */
static char *
ask_index(struct judge *judge, size_t check, const struct need *need,
    struct answer *answer)
{
	for (size_t i = 0; i < need->index_count; i++) {
		char *path = xasprintf("%s%s%s", need->path,
		    need->path[strlen(need->path) - 1] == '/' ? "" : "/",
		    need->index[i]);
		struct question question = {
			.what = ASK_READ_FILE,
			.path = path,
		};

		judge_links(need, &question);
		if (need->index[i][0] != '/' &&
		    judge_ask(judge, check, &question, answer)) {
			if (answer->why != WHY_MISSING)
				return path;
			answer_done(answer);
		}
		free(path);
	}
	judge->program->checks[check].error = 0;
	return NULL;
}

bool
judge_index_lists(const char *dir, const void *arg)
{
	const struct judge_listing *listing = arg;
	const struct need *need = listing->need;
	struct judge *judge = listing->judge;
	size_t check = listing->check;
	struct need below = *need;
	size_t len = strlen(need->path);
	struct answer answer;
	int error = judge->program->checks[check].error;
	char *path, *index;
	bool wanted;

	while (len > 0 && need->path[len - 1] == '/')
		len--;
	/* The tree's own has been asked for. */
	if (strlen(dir) <= len + 1)
		return false;
	path = xasprintf("%s/", dir);
	wanted = nginx_wanted_filter(need) == NULL ||
	    nginx_wanted(path + len + 1, need);
	below.path = path;
	index = wanted ? ask_index(judge, check, &below, &answer) : NULL;
	judge->program->checks[check].error = error;
	if (index != NULL)
		answer_done(&answer);
	free(index);
	free(path);
	return wanted && index == NULL;
}

bool
judge_index_is_listed(struct judge *judge, size_t check,
    const struct need *need)
{
	struct answer answer;
	char *path;

	if (!need->autoindex)
		return false;
	path = ask_index(judge, check, need, &answer);
	if (path == NULL)
		return true;
	judge->program->checks[check].error = 0;
	answer_done(&answer);
	free(path);
	return false;
}

/* nginx asks itself for the index file, and perhaps another location answers:
 * then nothing is read here. */
static bool
is_read_here(const struct need *need, const char *path)
{
	size_t len = strlen(need->path);

	while (len > 0 && need->path[len - 1] == '/')
		len--;
	return nginx_wanted_filter(need) == NULL ||
	    nginx_wanted(path + len + 1, need);
}

void
judge_index(struct judge *judge, size_t check, const struct need *need)
{
	struct finding *finding;
	struct answer answer;
	char *path;

	if (need->autoindex || need->try_files || need->rewrite != NULL ||
	    need->index_count == 0 ||
	    (need->url != NULL && !nginx_wanted("", need)))
		return;
	path = ask_index(judge, check, need, &answer);
	if (path != NULL) {
		if (answer.verdict == ANSWER_NO &&
		    (answer.why != WHY_READ || effect_opens_to_find(need) ||
			is_read_here(need, path))) {
			finding = judge_tree_finding(judge, need,
			    judge_code(&answer), &answer);
			effect_set(finding, need, answer.error, path);
			judge_add(judge, check, need, finding);
		}
		answer_done(&answer);
		free(path);
		return;
	}
	if (need->index_elsewhere)
		return;
	finding = finding_create(PF106, need->path);
	finding->severity = need->url != NULL && strcmp(need->url, "/") == 0
	    ? SEVERITY_WARNING
	    : SEVERITY_INFO;
	finding_say(finding,
	    "%s has no index file and no autoindex: a request "
	    "for the directory itself answers 403, which is not about "
	    "permissions",
	    need->path);
	judge_add(judge, check, need, finding);
}
