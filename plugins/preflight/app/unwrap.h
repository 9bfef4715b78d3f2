/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_UNWRAP_H
#define PREFLIGHT_UNWRAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strvec.h"

#include "preflight/app/command_identity.h"

/*
 * What a command= really runs once env, exec, nice, "sh -c", "python -m",
 * "poetry run", sudo and the like are looked through (contract P3.5).
 */
struct plain_command {
	struct strvec words;	    /* words[0] is the program */
	struct strvec env;	    /* assignments in front of it, NAME=value */
	char *chdir;		    /* of a "cd" before it; NULL: none */
	struct command_identity as; /* whom root becomes for it */
	int umask;	/* of a "umask" before it; -1: the process's */
	int masks;	/* bits that its umask has at least */
	bool is_module; /* words[0] was behind python -m */
};

struct plain_commands {
	struct plain_command *items;
	size_t count;
};

/* Appends the commands that the words run, in order; a shell line may run
 * several.  Never fails: what is not understood is kept as it stands. */
void unwrap_command(const struct strvec *words, struct plain_commands *);
void plain_commands_done(struct plain_commands *);

#endif
