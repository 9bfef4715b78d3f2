/* SPDX-License-Identifier: ISC */
/*
 * The shell.  Ctrl-C ends it at any time and with success; only a log that is
 * followed takes it for itself.
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/helper_path.h"
#include "base/xmalloc.h"
#include "ctl/ask.h"
#include "ctl/complete.h"
#include "ctl/history.h"
#include "ctl/line_editor.h"
#include "ctl/shell.h"

#define MODULE "ctl-edit.so"

struct shell {
	struct ctl *ctl;
	char *prompt;
	const char *history_file;	  /* NULL: none */
	const struct line_editor *editor; /* NULL: plain lines */
	struct line_editor_host host;
	struct reply infos; /* of the line being typed, for completion */
	bool has_infos;
	struct strvec words; /* what was offered last */
	char *last_line;
};

/* What the terminal was like; a signal handler can only reach it here. */
static struct termios terminal_before;
static volatile sig_atomic_t is_terminal;

/*
 * Ctrl-C ends the shell at once, also while a line is edited: all that has to
 * be put back is the terminal.  Noting it and going on would not do: the
 * kernel drops what was typed when it sends the signal, so that a read which
 * poll has promised may wait for ever.
 */
static void
on_interrupt(int signo)
{
	(void)signo;
	if (is_terminal)
		tcsetattr(STDIN_FILENO, TCSANOW, &terminal_before);
	(void)!write(STDOUT_FILENO, "\n", 1);
	_exit(0);
}

static void
end_on_interrupt(void)
{
	struct sigaction action = { .sa_handler = on_interrupt };

	is_terminal = tcgetattr(STDIN_FILENO, &terminal_before) == 0;
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
}

/* Names are fetched once a line, and only if TAB is pressed. */
static const struct value *
process_infos(struct shell *shell)
{
	if (!shell->has_infos)
		client_call(&shell->ctl->transport, "getAllProcessInfo", NULL,
		    &shell->infos);
	shell->has_infos = true;
	return shell->infos.kind == REPLY_VALUE ? shell->infos.value : NULL;
}

static char *const *
complete(const char *line, size_t start, void *arg)
{
	static char *const none[] = { NULL };
	struct shell *shell = arg;
	enum command_words kind = complete_kind(line, start);
	char *text = xstrndup(line + start, strcspn(line + start, " \t"));

	strvec_done(&shell->words);
	complete_words(kind, text,
	    kind == WORDS_GROUPS || kind == WORDS_PROCESSES
		? process_infos(shell)
		: NULL,
	    &shell->words);
	free(text);
	return shell->words.items == NULL ? none : shell->words.items;
}

static const struct line_editor *
load_editor(void)
{
	char *path = helper_path(HELPER_MODULE, MODULE);
	void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	free(path);
	return module == NULL ? NULL : dlsym(module, LINE_EDITOR_SYMBOL);
}

static void
start_editor(struct shell *shell)
{
	struct strvec lines = STRVEC_INIT;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return;
	shell->editor = load_editor();
	if (shell->editor == NULL)
		return;
	shell->host = (struct line_editor_host){
		.complete = complete,
		.arg = shell,
	};
	shell->editor->start(&shell->host);
	if (shell->history_file != NULL)
		history_load(shell->history_file, &lines);
	for (size_t i = 0; i < lines.len; i++)
		shell->editor->remember(lines.items[i]);
	strvec_done(&lines);
}

static void
remember(struct shell *shell, const char *line)
{
	if (*line == '\0' ||
	    (shell->last_line != NULL && strcmp(line, shell->last_line) == 0))
		return;
	shell->editor->remember(line);
	if (shell->history_file != NULL)
		history_append(shell->history_file, line);
	free(shell->last_line);
	shell->last_line = xstrdup(line);
}

static char *
read_line(struct shell *shell)
{
	char *line;

	if (shell->editor == NULL)
		return ask_line(shell->prompt);
	fflush(stdout);
	line = shell->editor->read_line(shell->prompt);
	if (line != NULL)
		remember(shell, line);
	return line;
}

static void
forget_infos(struct shell *shell)
{
	if (shell->has_infos)
		reply_done(&shell->infos);
	shell->has_infos = false;
}

static void
read_and_run(struct shell *shell)
{
	char *line = read_line(shell);

	forget_infos(shell);
	command_run(shell->ctl, line == NULL ? "EOF" : line);
	free(line);
}

void
shell_run(struct ctl *ctl, const char *prompt, const char *history_file)
{
	struct shell shell = {
		.ctl = ctl,
		.prompt = xasprintf("%s> ", prompt),
		.history_file = history_file,
		.words = STRVEC_INIT,
	};

	end_on_interrupt();
	ctl->may_ask = true;
	ctl->in_shell = true;
	command_run(ctl, "status");
	start_editor(&shell);
	while (!ctl->quit)
		read_and_run(&shell);
	forget_infos(&shell);
	strvec_done(&shell.words);
	free(shell.last_line);
	free(shell.prompt);
}
