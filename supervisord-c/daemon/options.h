/* SPDX-License-Identifier: ISC */
#ifndef DAEMON_OPTIONS_H
#define DAEMON_OPTIONS_H

#include <stdio.h>

#include "base/cmdline.h"
#include "base/strvec.h"
#include "config/config.h"

/*
 * The command line of the daemon (contract D1).  Called by the name
 * "supervisord" it takes no words; by its own name the first word may be "ctl"
 * or "preflight", which hand the rest to another program.
 */

enum options_action {
	ACTION_RUN,
	ACTION_HELP,	     /* -h: options_print_help, exit 0 */
	ACTION_VERSION,	     /* -v: PACKAGE_VERSION, exit 0 */
	ACTION_CHECK_CONFIG, /* -T: run supervisord-c-config --check */
	ACTION_DUMP_CONFIG,  /* run supervisord-c-config --dump */
	ACTION_CTL,	     /* words: what the client is to do */
	ACTION_PREFLIGHT,    /* words: arguments of the checker */
};

struct options {
	enum options_action action;
	struct config_overrides overrides; /* texts belong to this struct */
	char *const *words;	/* borrowed from argv, ended by NULL */
	struct cmdline cmdline; /* private */
	struct strvec texts;	/* private */
};

/*
 * program is the path the program was started by (AT_EXECFN); both it and argv
 * must outlive the result.  -1 with the text of the usage error; then *out is
 * untouched.
 */
int options_parse(const char *program, char *const argv[], struct options *out,
    char **cause);
void options_done(struct options *);

void options_print_help(FILE *, const char *program);

#endif
