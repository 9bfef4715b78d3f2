/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "base/shell_words.h"
#include "base/xmalloc.h"

#include "preflight/app/command_file.h"
#include "preflight/app/unwrap.h"
#include "preflight/judge/judge.h"
#include "preflight/probe/app_check.h"
#include "preflight/report/sentence.h"

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
	if (item->answer.inferred)
		check->confidence = CONFIDENCE_INFERRED;
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

/* The words of the first command; none if it is no command. */
static void
split_command(const struct program_view *view, struct strvec *words)
{
	*words = (struct strvec)STRVEC_INIT;
	if (view->commands.len > 0 &&
	    shell_words_split(view->commands.items[0], words, NULL) == -1)
		strvec_done(words);
}

/* Options of the known servers that name a file which they write. */
static const struct {
	const char *option;
	enum app_item_kind kind;
} written[] = {
	/* clang-format off */
	{ "--access-logfile",	APP_LOG },	/* gunicorn */
	{ "--error-logfile",	APP_LOG },
	{ "--log-file",		APP_LOG },
	{ "--logto",		APP_LOG },	/* uwsgi */
	{ "--daemonize",	APP_LOG },
	{ "--pid",		APP_PIDFILE },	/* gunicorn, hypercorn */
	{ "-p",			APP_PIDFILE },
	{ "--pidfile",		APP_PIDFILE },	/* uwsgi */
	/* clang-format on */
};

/* The value of the option at the word: behind "=", or the next word; NULL if
 * it is another one. */
static const char *
option_value(const struct strvec *words, size_t at, const char *option)
{
	const char *word = words->items[at];
	size_t len = strlen(option);

	if (strncmp(word, option, len) != 0)
		return NULL;
	if (word[len] == '=' && option[1] == '-')
		return word + len + 1;
	return word[len] == '\0' && at + 1 < words->len ? words->items[at + 1]
							: NULL;
}

/* Where the command goes before it opens files. */
static bool
changes_directory(const struct plain_command *command)
{
	for (size_t i = 1; i < command->words.len; i++) {
		if (strncmp(command->words.items[i], "--chdir", 7) == 0)
			return true;
	}
	return command->chdir != NULL;
}

/* A file is what has a slash: "-" and ports are none. */
static void
add_written(struct items *items, const struct plain_command *command)
{
	const struct strvec *words = &command->words;
	bool moved = changes_directory(command);
	const char *value;

	for (size_t i = 1; i < words->len; i++) {
		for (size_t j = 0; j < sizeof(written) / sizeof(written[0]);
		     j++) {
			value = option_value(words, i, written[j].option);
			if (value != NULL && strchr(value, '/') != NULL &&
			    (*value == '/' || !moved))
				add_item(items, written[j].kind, value);
		}
	}
}

/* The command, its interpreter and the packages of its virtualenv. */
static void
add_command(struct items *items, const struct app_view *app, const char *path,
    struct command_file *file)
{
	add_item(items, APP_COMMAND, path);
	command_file_read(app->cred, app->image, path, file);
	if (file->interpreter != NULL)
		add_item(items, APP_COMMAND, file->interpreter);
	if (file->packages != NULL)
		add_item(items, APP_VENV, file->packages);
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
	struct plain_commands commands = { .count = 0 };
	struct command_file file = { .interpreter = NULL };
	struct strvec words;

	if (view->directory != NULL)
		add_item(&items, APP_DIRECTORY, view->directory);
	split_command(view, &words);
	unwrap_command(&words, &commands);
	/* One found through PATH is the daemon's business. */
	if (words.len > 0 && words.items[0][0] == '/')
		add_command(&items, &app, words.items[0], &file);
	for (size_t i = 0; i < commands.count && view->plan.server != NULL; i++)
		add_written(&items, &commands.items[i]);
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
	command_file_done(&file);
	plain_commands_done(&commands);
	strvec_done(&words);
}
