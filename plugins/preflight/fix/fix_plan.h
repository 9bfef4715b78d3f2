/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_FIX_PLAN_H
#define PREFLIGHT_FIX_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "preflight/probe/answer.h"
#include "preflight/probe/socket_plan.h"
#include "preflight/probe/tree.h"
#include "preflight/report/finding.h"

/* A served tree with files that the worker may not read. */
struct fix_tree {
	const char *path;
	/* Everything below it; those that the worker may read already need
	 * nothing. */
	const struct tree_class *classes;
	size_t class_count;
	/* Files and directories that stay closed: secrets. */
	const struct strvec *secrets;
	bool complete; /* all of it was seen */
	bool mixed;    /* parts, which nobody asks for, are others' */
	bool listed;   /* the worker shows its directories (autoindex) */
};

/*
 * Ways to mend a finding, the least first (contract P5.6).  Each is tried on a
 * copy of the facts with the kernel's arithmetic before it is offered; one
 * that would not help is left out.
 */
struct fix_scene {
	const struct cred *worker;
	const char *worker_user, *worker_group;
	const char *app_user, *app_group;
	const struct cred *app;
	const char *program;
	/* Behind what is in the way. */
	const struct fix_tree *trees;
	size_t tree_count;
};

/*
 * For directories that cannot be passed and files that cannot be read: all of
 * them are mended together, with the trees behind them, because one alone does
 * not help.
 */
void fix_plan_access(struct finding *, const struct fix_scene *,
    const struct answer *obstacles, size_t count);

/* Whether ACL entries alone would mend all of that: the first of these plans. */
bool fix_plan_has_acl(const struct finding *, const struct fix_scene *,
    const struct answer *obstacles, size_t count);

/* For the scene's one tree, whose files are not readable (not its
 * ancestors). */
void fix_plan_tree(struct finding *, const struct fix_scene *);

/* For a socket whose mode or directory will refuse the worker. */
struct fix_socket {
	const char *path;
	const struct facts *dir;
	struct creation creation;
	const char *server; /* "gunicorn"; NULL: unknown */
};
void fix_plan_socket(struct finding *, const struct fix_scene *,
    const struct fix_socket *);

/* Where the state before a plan is to be saved, for its undo. */
#define FIX_RESTORE_FILE "/var/tmp/preflight-restore.acl"

#endif
