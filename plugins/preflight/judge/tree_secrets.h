/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_TREE_SECRETS_H
#define PREFLIGHT_TREE_SECRETS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strvec.h"

#include "preflight/probe/access.h"
#include "preflight/probe/tree_list.h"

struct judge;

/*
 * Files and directories of a tree that look like secrets, by their names: what
 * is closed there is meant to be, and no plan opens it.
 */
struct tree_secrets {
	struct strvec paths; /* absolute, all of them */
	/* Of those that nobody serves for download: keys, credentials,
	 * repositories, histories. */
	struct facts *facts;
	size_t count;
	bool complete; /* the whole tree was seen */
	bool mixed;    /* not all of it is the program's user's */
};

/* The caller frees with tree_secrets_done. */
void tree_secrets_find(const struct judge *, const char *path,
    struct tree_secrets *);
void tree_secrets_done(struct tree_secrets *);

/* The listing that names them. */
struct list_job tree_secrets_job(const struct judge *, const char *path);

/* How many of them are of the class of these facts. */
size_t tree_secrets_like(const struct tree_secrets *, const struct facts *);

#endif
