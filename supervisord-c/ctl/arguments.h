/* SPDX-License-Identifier: ISC */
#ifndef CTL_ARGUMENTS_H
#define CTL_ARGUMENTS_H

#include <stdbool.h>
#include <stdio.h>

#include "config/ctl.h"

enum arguments_action {
	ARGUMENTS_RUN,
	ARGUMENTS_HELP,	   /* -h: print arguments_print_help, exit 0 */
	ARGUMENTS_VERSION, /* --version */
};

/* What the command line and the configuration file say together. */
struct arguments {
	enum arguments_action action;
	struct ctl_config config; /* the command line wins */
	bool interactive;	  /* -i */
	bool json;		  /* --format=json */
	char *line; /* the words, joined by blanks; NULL: a shell is wanted */
};

/*
 * program is the path the program was started by.  -1 with the text of the
 * usage error (contract C6.1).  The caller frees with arguments_done.
 */
int arguments_parse(const char *program, char *const argv[], struct arguments *,
    char **cause);
void arguments_done(struct arguments *);
void arguments_print_help(FILE *, const char *program);

#endif
