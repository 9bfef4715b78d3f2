/* SPDX-License-Identifier: ISC */
#ifndef CTL_LINE_EDITOR_H
#define CTL_LINE_EDITOR_H

#include <stddef.h>

/*
 * Editing of the shell's lines.  It lives in a module of its own, ctl-edit.so,
 * because libedit and what it pulls in would double the time of every
 * "supervisorctl status".  The module uses nothing of this tree but this
 * header; the functions it needs are handed to it.
 */

/* The name of the module's one symbol, a struct line_editor. */
#define LINE_EDITOR_SYMBOL "ctl_line_editor"

struct line_editor_host {
	/* What the word that begins at start in the line can become: a vector
	 * ended by NULL, which the host keeps until the next call. */
	char *const *(*complete)(const char *line, size_t start, void *arg);
	void *arg;
};

struct line_editor {
	void (*start)(const struct line_editor_host *); /* borrowed for ever */
	/* Puts a line where the arrow keys find it. */
	void (*remember)(const char *line);
	/* What was typed, without the newline, to be freed; NULL at the end of
	 * the input. */
	char *(*read_line)(const char *prompt);
};

#endif
