/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "base/shell_words.h"
#include "base/xmalloc.h"

#include "preflight/app_check.h"
#include "preflight/judge.h"
#include "preflight/sentence.h"

/*
 * What the program needs before it can start, asked as its own user (contract
 * P4.7).  None of it is nginx's business, but it is the same kind of mistake.
 */

#define ITEMS_MAX 16

struct items {
	struct app_item list[ITEMS_MAX];
	size_t count;
};

static void
add_item(struct items *items, enum app_item_kind kind, const char *path)
{
	if (items->count < ITEMS_MAX)
		items->list[items->count++] =
		    (struct app_item){ .kind = kind, .path = path };
}

static void
judge_item(struct judge *judge, const struct app_item *item)
{
	struct check *check =
	    program_report_add_check(judge->program, "app", item->path);
	size_t index = judge->program->check_count - 1;
	char *program = xasprintf("the program (%s)", judge->view->user);
	char *sentence = sentence_refusal(program, item->path, &item->answer);
	struct finding *finding;
	int code = finding_code_parse(app_item_code(item->kind));

	check->error = item->answer.error;
	if (item->answer.verdict == ANSWER_NO && code != -1) {
		finding = finding_create((enum finding_code)code, item->path);
		finding_say(finding, "%s", sentence);
		sentence_evidence(finding, &item->answer);
		if (item->answer.inferred)
			finding->confidence = CONFIDENCE_INFERRED;
		check_add_finding(&judge->program->checks[index],
		    program_report_add(judge->program, finding));
	}
	free(sentence);
	free(program);
}

/* A command found through PATH is the daemon's business. */
static char *
executable(const struct program_view *view)
{
	struct strvec words = STRVEC_INIT;
	char *path = NULL;

	if (view->commands.len > 0 &&
	    shell_words_split(view->commands.items[0], &words, NULL) == 0 &&
	    words.len > 0 && words.items[0][0] == '/')
		path = xstrdup(words.items[0]);
	strvec_done(&words);
	return path;
}

void
judge_app(struct judge *judge)
{
	const struct program_view *view = judge->view;
	const struct app_view app = {
		.cred = &view->cred,
		.directory = view->directory,
		.umask = view->umask,
		.image = judge->image,
	};
	struct items items = { .count = 0 };
	char *command = executable(view);

	if (view->directory != NULL)
		add_item(&items, APP_DIRECTORY, view->directory);
	if (command != NULL)
		add_item(&items, APP_COMMAND, command);
	for (size_t i = 0; i < view->keys.uploads.len; i++)
		add_item(&items, APP_UPLOAD, view->keys.uploads.items[i]);
	if (items.count > 0 &&
	    app_check(&app, items.list, items.count, &judge->probe, NULL) ==
		0) {
		for (size_t i = 0; i < items.count; i++) {
			judge_item(judge, &items.list[i]);
			answer_done(&items.list[i].answer);
		}
	}
	for (size_t i = 0; i < view->logs.len; i++) {
		program_report_add_check(judge->program, "log",
		    view->logs.items[i]);
		judge_protected(judge, judge->program->check_count - 1, NULL,
		    view->logs.items[i]);
	}
	free(command);
}
