/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_WRAPPER_TABLE_H
#define PREFLIGHT_WRAPPER_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "preflight/app/command_identity.h"

/*
 * What people put in front of a server's command, and how its options are
 * spelled (contract P3.5).  A new wrapper is a new row.
 */

enum wrapper_key {
	WRAPPER_SKIP, /* takes a value that says nothing to us */
	WRAPPER_USER,
	WRAPPER_GROUP,
	WRAPPER_ACCOUNT, /* a user, or as the rule splits it */
	WRAPPER_GROUPS,	 /* a list with commas */
	WRAPPER_CHDIR,
	WRAPPER_UMASK,
	WRAPPER_PROGRAM, /* runs it with the words behind "--" */
	WRAPPER_LINE,	 /* for a shell */
	/* Without a value: */
	WRAPPER_KEEP_GROUPS,
	WRAPPER_CLEAR_GROUPS,
	WRAPPER_INIT_GROUPS,
};

struct wrapper_option {
	const char *name; /* "--user" or "-u" */
	enum wrapper_key key;
};

enum wrapper_form {
	WRAPPER_COMMAND, /* the command follows */
	WRAPPER_LOGIN,	 /* su and runuser: a user and a shell's line, or */
			 /* "-u user" and the command */
	WRAPPER_DAEMON,	 /* the command is what WRAPPER_PROGRAM says */
};

struct wrapper {
	const char *name;
	const char *verb; /* has to follow: "poetry run"; NULL: none */
	const struct wrapper_option *options; /* ends with name NULL */
	enum wrapper_form form;
	size_t operands; /* words of its own before the command */
	bool assigns;	 /* NAME=value words are for the command */
	const struct identity_rule *rule; /* NULL: whoever it was stays; else */
					  /* a first operand names the user */
	int masks;			  /* bits that its umask has at least */
};

/* The row for a command whose first word has this last part, and which next
 * follows (NULL: nothing); NULL if it is no wrapper. */
const struct wrapper *wrapper_find(const char *name, const char *next);

/* Is told an option; value is "" if it takes none. */
typedef void wrapper_take(enum wrapper_key, const char *value, void *arg);

/*
 * Reads one word that begins with "-", which may hold several options ("-Eu");
 * next is the word behind it, or NULL.  True if that was used up as a value.
 */
bool wrapper_option_read(const struct wrapper *, const char *word,
    const char *next, wrapper_take *, void *arg);

#endif
