/* SPDX-License-Identifier: ISC */
/*
 * Candidates for completion, from the table of commands and from the names of
 * processes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "ctl/client.h"
#include "ctl/complete.h"
#include "ctl/namespec.h"

static const char blanks[] = " \t";

enum command_words
complete_kind(const char *line, size_t start)
{
	const char *first = line + strspn(line, blanks);
	const struct command *command;
	char *name;

	if ((size_t)(first - line) >= start)
		return WORDS_COMMANDS;
	name = xstrndup(first, strcspn(first, blanks));
	command = command_find(name);
	free(name);
	return command == NULL ? WORDS_NONE : command->completes;
}

/* Appends the word if it fits and is not there yet. */
static void
offer(struct strvec *out, const char *text, const char *word)
{
	if (strncmp(word, text, strlen(text)) == 0 &&
	    strvec_find(out, word) == -1)
		strvec_push(out, word);
}

static void
offer_commands(struct strvec *out, const char *text)
{
	for (const struct command *c = command_table(); c->name != NULL; c++) {
		if (!c->hidden || strcmp(c->name, "help") == 0)
			offer(out, text, c->name);
	}
}

/* "name" for a group of its own, else "group:name" and "group:*". */
static void
offer_process(struct strvec *out, const char *text,
    const struct process_info *info)
{
	char *name = namespec_join(info->group, info->name);
	char *whole;

	offer(out, text, name);
	free(name);
	if (strcmp(info->group, info->name) == 0)
		return;
	whole = xasprintf("%s:*", info->group);
	offer(out, text, whole);
	free(whole);
}

void
complete_words(enum command_words kind, const char *text,
    const struct value *infos, struct strvec *out)
{
	if (kind == WORDS_COMMANDS)
		offer_commands(out, text);
	for (size_t i = 0; infos != NULL && i < value_count(infos); i++) {
		struct process_info info;

		process_info_read(value_item(infos, i), &info);
		if (kind == WORDS_GROUPS)
			offer(out, text, info.group);
		else if (kind == WORDS_PROCESSES)
			offer_process(out, text, &info);
	}
	strvec_sort(out);
}
