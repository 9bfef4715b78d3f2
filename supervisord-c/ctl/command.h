/* SPDX-License-Identifier: ISC */
#ifndef CTL_COMMAND_H
#define CTL_COMMAND_H

#include <stdbool.h>

#include "base/strvec.h"
#include "ctl/ctl.h"

/* What a word after the command can be completed to. */
enum command_words {
	WORDS_NONE,
	WORDS_COMMANDS,
	WORDS_GROUPS,
	WORDS_PROCESSES,
};

struct command;

/* Runs with the words behind the name; prints, and sets the exit status if
 * something fails. */
typedef void (*command_fn)(struct ctl *, const struct command *,
    const struct strvec *words);

struct command {
	const char *name;
	const char *help; /* lines "form TAB what it does" */
	command_fn fn;
	enum command_words completes;
	bool needs_server; /* the server is looked for before fn runs */
	int down_status;   /* exit status if it is not there; 0: by reason */
	bool no_words;	   /* refuses any */
	bool json;	   /* knows --format=json */
	bool addition;	   /* not one of Supervisor's: listed apart */
	bool hidden;	   /* not listed and without help */
};

/* By its name; NULL if there is none. */
const struct command *command_find(const char *name);
/* The table, ended by a row without name. */
const struct command *command_table(void);
/* Prints the command's forms. */
void command_print_help(const struct command *);

/*
 * Runs one line as it was typed (contract C6.1, C6.11); blank lines do
 * nothing.
 */
void command_run(struct ctl *, const char *line);

#endif
