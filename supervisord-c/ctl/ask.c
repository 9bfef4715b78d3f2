/* SPDX-License-Identifier: ISC */
/*
 * Asking.  Input is read through stdio, as the shell does when stdin is no
 * terminal, so that a script may answer in the middle of its commands.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "ctl/ask.h"
#include "ctl/interrupt.h"

char *
ask_line(const char *prompt)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	fputs(prompt, stdout);
	fflush(stdout);
	len = getline(&line, &size, stdin);
	if (len == -1) {
		free(line);
		return NULL;
	}
	line[strcspn(line, "\n")] = '\0';
	return line;
}

char *
ask_secret(const char *prompt)
{
	struct pollfd pollfd = { .fd = STDIN_FILENO, .events = POLLIN };
	struct termios shown, hidden;
	char *line = NULL;
	bool interrupted;

	if (tcgetattr(STDIN_FILENO, &shown) == -1)
		return ask_line(prompt);
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	interrupt_catch();
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	fputs(prompt, stdout);
	fflush(stdout);
	if (interrupt_poll(&pollfd, 1) != -1)
		line = ask_line("");
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
	interrupted = interrupt_came();
	interrupt_release();
	if (interrupted)
		raise(SIGINT);
	putchar('\n');
	return line;
}

bool
ask_yes(const char *prompt)
{
	char *line = ask_line(prompt);
	bool yes = line != NULL && (*line == 'y' || *line == 'Y');

	free(line);
	return yes;
}
