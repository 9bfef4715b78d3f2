/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_COMMAND_IDENTITY_H
#define PREFLIGHT_COMMAND_IDENTITY_H

#include <stdbool.h>

#include "base/strvec.h"

/*
 * Whom root becomes by sudo, chpst and their like.  They agree about the user
 * and about little else: each row of rules was measured with the tool.
 */

/* Which groups there are besides the group itself. */
enum identity_groups {
	IDENTITY_KEEPS,	 /* those that root had */
	IDENTITY_NAMED,	 /* those that are named, if any */
	IDENTITY_MEMBER, /* those that list the user: initgroups(user, group) */
	IDENTITY_LOGS_IN, /* and the user's own group */
};

struct command_identity {
	char *user;  /* a name or number; NULL: root stays */
	char *group; /* NULL: the user's own, root's without a user */
	enum identity_groups groups;
	struct strvec named;
};

/* What a tool does with what it is told. */
struct identity_rule {
	enum identity_groups alone;  /* for a user without a group */
	enum identity_groups paired; /* with one */
	const char *usual_user;	     /* if none is named; NULL: it stays */
	const char *usual_group;     /* the same; NULL: the user's own */
	bool splits;		     /* "user:group:group" */
	bool first_is_group;	     /* of the groups, if no group is named */
};

/* The words in front of a rule; each setter takes a copy. */
void command_identity_account(struct command_identity *,
    const struct identity_rule *, const char *account);
void command_identity_user(struct command_identity *, const char *user);
void command_identity_group(struct command_identity *, const char *group);
/* "a,b" */
void command_identity_groups(struct command_identity *, const char *list);

/* Fills in what was not said; said: the groups are as an option decided. */
void command_identity_settle(struct command_identity *,
    const struct identity_rule *, bool said);

/* Whether anybody but root is meant. */
bool command_identity_is_set(const struct command_identity *);
void command_identity_copy(struct command_identity *to,
    const struct command_identity *from);
void command_identity_done(struct command_identity *);

#endif
