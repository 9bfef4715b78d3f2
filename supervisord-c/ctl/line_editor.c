/* SPDX-License-Identifier: ISC */
/*
 * The module ctl-edit.so: libedit behind struct line_editor.  Signals stay the
 * host's business.
 */
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include <editline/readline.h>

#include "ctl/line_editor.h"

static const struct line_editor_host *host;
static char *const *candidates;

/* readline's protocol: asked again, with a higher state, until NULL. */
static char *
next_candidate(const char *text, int state)
{
	static size_t next;

	(void)text;
	if (state == 0)
		next = 0;
	return candidates[next] == NULL ? NULL : strdup(candidates[next++]);
}

static char **
complete(const char *text, int start, int end)
{
	(void)end;
	rl_attempted_completion_over = 1;
	candidates = host->complete(rl_line_buffer, (size_t)start, host->arg);
	return rl_completion_matches(text, next_candidate);
}

/* libedit's interface has no const. */
static char word_breaks[] = " \t\n";

static void
start(const struct line_editor_host *the_host)
{
	host = the_host;
	setlocale(LC_CTYPE, "");
	rl_catch_signals = 0;
	rl_readline_name = "supervisorctl";
	rl_initialize();
	using_history();
	rl_attempted_completion_function = complete;
	rl_completer_word_break_characters = word_breaks;
	rl_completion_append_character = ' ';
}

static void
remember(const char *line)
{
	add_history(line);
}

static char *
read_line(const char *prompt)
{
	return readline(prompt);
}

extern const struct line_editor ctl_line_editor;
const struct line_editor ctl_line_editor = {
	.start = start,
	.remember = remember,
	.read_line = read_line,
};
