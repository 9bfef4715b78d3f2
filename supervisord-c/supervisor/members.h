/* SPDX-License-Identifier: ISC */
#ifndef SUPERVISOR_MEMBERS_H
#define SUPERVISOR_MEMBERS_H

#include <stddef.h>
#include <uthash.h>

#include "config/config.h"
#include "listener/pool.h"
#include "process/group.h"

/*
 * The active groups, in the order of priority, then of creation.  Each holds
 * the configuration that it was made from: after a reload several live side by
 * side, and each is freed with its last group.
 */

/* A configuration and who needs it. */
struct generation {
	struct config *config;
	unsigned int users;
};

/* Takes the configuration; one user, the caller. */
struct generation *generation_create(struct config *);
void generation_drop(struct generation *); /* takes NULL */

struct member {
	struct group *group;
	struct pool *pool; /* NULL unless of event listeners */
	struct generation *generation;
	struct member *next_leaving;
	UT_hash_handle hh; /* by name, while active */
};

struct members {
	const struct process_env *env;
	struct member **active;
	size_t count;
	struct member *by_name;
	struct member *leaving; /* freed at the end of the turn */
};

void members_init(struct members *, const struct process_env *);
/* Frees all, the leaving ones too. */
void members_done(struct members *);
/* Makes the group and announces it.  config is one of the generation's.  NULL
 * with *cause. */
struct member *members_add(struct members *, struct generation *,
    const struct group_config *, char **cause);
/* Announces that it is gone; its memory goes at the end of the turn. */
void members_remove(struct members *, struct member *);
/* NULL if there is none. */
struct member *members_find(const struct members *, const char *name);

#endif
