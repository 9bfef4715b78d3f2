/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_SECURITY_H
#define PREFLIGHT_SECURITY_H

#include <stdbool.h>
#include <stddef.h>

#include "preflight/probe/secret_name.h"
#include "preflight/probe/tree.h"

/*
 * What the worker can read or write and should not (contract P4.8).
 */

/* A place to look at. */
struct security_root {
	const char *path;
	/* Levels below it that are entered; 0: all. */
	unsigned depth;
	bool served; /* nginx serves files from it */
	bool home;   /* the app user's home: only known dot directories are
		       * entered below the first three levels */
};

struct security_options {
	const struct identity *worker;
	const struct cred *app; /* who lists; NULL: the worker */
	const struct security_root *roots;
	size_t root_count;
	char *const *more_secrets; /* patterns besides ours, NULL after the
				    * last; may be NULL */
	/* Paths the worker is meant to read: htpasswd, variable keys. */
	char *const *expected;
	size_t expected_count;
	bool stat_only; /* judge by names, open nothing */
	struct tree_budget budget;
	struct probe_options probe;
};

struct sighting {
	enum secret_kind kind;
	char *path;
	size_t root; /* index of the root it lies in */
	struct facts facts;
	enum verdict readable; /* by the worker, now */
	bool writable;	       /* directories and files: by the worker, now */
	bool weaker;	       /* one level less severe than its code */
	bool is_dir;
};

struct security_result {
	struct sighting *items; /* secrets; sorted by path */
	size_t count;
	/* Code and directories that the worker can write (PF506). */
	struct sighting *writable;
	size_t writable_count;
	struct tree_link *leaving; /* links that leave a served root (PF514) */
	size_t leaving_count;
	bool complete;
};

int security_scan(const struct security_options *, struct security_result *,
    char **cause);
void security_result_done(struct security_result *);

/*
 * A group of the cred that gives far more than a web server needs (root, sudo,
 * adm, shadow, docker, disk ...), or NULL.  Asks the name service.
 */
const char *security_powerful_group(const struct cred *);

#endif
