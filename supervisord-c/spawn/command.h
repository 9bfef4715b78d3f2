/* SPDX-License-Identifier: ISC */
#ifndef SPAWN_COMMAND_H
#define SPAWN_COMMAND_H

#include "base/strvec.h"

/* Why a command cannot be started; decides between NO_FILE and
 * NOT_EXECUTABLE in RPC answers. */
enum command_problem {
	COMMAND_OK,
	COMMAND_UNPARSABLE,
	COMMAND_NOT_FOUND,
	COMMAND_NOT_EXECUTABLE,
	COMMAND_NO_PERMISSION,
};

struct command {
	struct strvec argv;
	char *path; /* what to execute */
};

/*
 * Splits a command line as a POSIX shell quotes (no expansion, no comments) and
 * finds the file: search is the PATH of the process's own environment, or NULL
 * for the daemon's.  A relative path is looked up from the daemon's directory.
 * On a problem *cause is the spawnerr text (contract D3.9) and *command is
 * untouched.
 */
enum command_problem command_resolve(const char *line, const char *search,
    struct command *command, char **cause);
void command_done(struct command *);

#endif
