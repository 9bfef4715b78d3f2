/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "base/xmalloc.h"
#include "preflight/probe/app_check.h"

static const struct {
	enum ask ask;
	const char *code;
} items[] = {
#define X(id, ask, code) [APP_##id] = { ASK_##ask, code },
	APP_ITEMS(X)
#undef X
};

int
app_check(const struct app_view *app, struct app_item *list, size_t count,
    const struct probe_options *options, char **cause)
{
	struct probe_as as = {
		.cred = app->cred,
		.proc_fd = -1,
		.cwd = app->directory != NULL ? app->directory : "/",
		.umask = app->umask,
		.image = app->image,
	};
	struct question *questions = xcalloc(count + 1, sizeof(*questions));
	struct answer *answers = xcalloc(count + 1, sizeof(*answers));
	int result;

	for (size_t i = 0; i < count; i++) {
		questions[i].what = items[list[i].kind].ask;
		questions[i].path = list[i].path;
	}
	result = probe_ask(&as, questions, count, answers, options, cause);
	for (size_t i = 0; i < count && result == 0; i++)
		list[i].answer = answers[i];
	free(questions);
	free(answers);
	return result;
}

const char *
app_item_code(enum app_item_kind kind)
{
	return items[kind].code;
}
