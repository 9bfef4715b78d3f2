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
#include <unistd.h>

#include "base/helper_path.h"
#include "base/utf8.h"
#include "base/xmalloc.h"
#include "ctl/ask.h"
#include "ctl/complete.h"
#include "ctl/history.h"
#include "ctl/interrupt.h"
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

/* While a command runs nothing can be left in a bad state. */
static void
on_interrupt(int signo)
{
	(void)signo;
	(void)!write(STDOUT_FILENO, "\n", 1);
	_exit(0);
}

/* The next character of the terminal, or -1 at its end or for Ctrl-C. */
static int
read_char(void *arg)
{
	struct pollfd pollfd = { .fd = STDIN_FILENO, .events = POLLIN };
	char bytes[4];
	size_t len = 0;
	uint32_t code;

	(void)arg;
	while (len < sizeof(bytes)) {
		if (interrupt_poll(&pollfd, 1) == -1 ||
		    read(STDIN_FILENO, bytes + len, 1) != 1)
			return -1;
		len++;
		if (utf8_decode(bytes, len, &code) == len)
			return (int)code;
		if (utf8_partial_tail(bytes, len) != len)
			break;
	}
	return '?';
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
		.read_char = read_char,
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
	interrupt_catch();
	line = shell->editor->read_line(shell->prompt);
	if (interrupt_came()) {
		free(line);
		line = NULL;
	}
	interrupt_release();
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
	struct sigaction action = { .sa_handler = on_interrupt };
	struct shell shell = {
		.ctl = ctl,
		.prompt = xasprintf("%s> ", prompt),
		.history_file = history_file,
		.words = STRVEC_INIT,
	};

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
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
