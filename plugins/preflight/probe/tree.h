/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_TREE_H
#define PREFLIGHT_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "preflight/probe/probe.h"

/*
 * A served tree, covered by permission class and not by number (contract
 * P4.5): one child with the app's ids lists it in the worker's view, another
 * is the worker and opens what stands for the classes.
 */

struct tree_budget {
	size_t entries;
	size_t opens;
	int64_t ms;	/* for listing */
	int64_t all_ms; /* for listing all trees of a program; 0: no limit */
};

/* 20000, 400, 400 ms, 2 s. */
extern const struct tree_budget tree_budget_start;
/* Fifty times that. */
extern const struct tree_budget tree_budget_provision;
extern const struct tree_budget tree_budget_full;

struct tree_options {
	const char *path; /* of the tree's root directory */
	const struct identity *worker;
	/* Who lists it; NULL: the worker, as far as that goes. */
	const struct cred *app;
	/* Which requests are meant, if not all: whether one can lead to the
	 * path below the root (no leading slash; a directory ends in one).
	 * What no request leads to is counted but never refused.  Called in
	 * the child: no name service, nothing that loads code.  May be NULL. */
	bool (*wanted)(const char *relative, const void *arg);
	const void *wanted_arg;
	/* Not NULL: directories are to be listed, too (autoindex).  Called in
	 * the parent for one that refuses it: whether it has to be. */
	bool (*listed)(const char *path, const void *arg);
	const void *listed_arg;
	/* Filters of the same path and this name wish for the same, and list
	 * the same. */
	const void *wanted_by;
	bool stat_only;		/* faccessat instead of opening */
	enum link_policy links; /* nginx's disable_symlinks */
	size_t links_from;	/* as in a question */
	struct tree_budget budget;
	struct probe_options probe;
};

struct tree_range {
	int64_t least, most;
};

/* Files, or directories, that are alike in everything that decides. */
struct tree_class {
	struct facts facts; /* of one of them */
	size_t members;
	struct tree_range mtime, size; /* files: seconds, bytes */
	size_t asked;		       /* how many were really tried */
	size_t decided; /* of those: the file itself gave the answer */
	size_t refused; /* how many of those were refused */
	bool writable;	/* the worker may write one that was tried (PF506) */
	char *example;	/* a refused one if there is any */
};

/* Something that refuses the worker. */
struct tree_refusal {
	struct answer answer;
	size_t behind; /* entries seen below a directory it refuses */
	bool by_link;  /* only links in the tree lead there */
};

/* A symlink that leads out of the tree (PF514). */
struct tree_link {
	char *path;
	char *target; /* as written in the link */
	/* It leads the worker to a directory; only the first links of a tree
	 * are tried. */
	bool to_directory;
};

struct tree_result {
	size_t dirs, files, links, others; /* seen */
	bool complete; /* everything was seen (else PF121) */
	bool wanted;   /* a request can lead to the root or into it */
	/* How many entries there may be, from what was seen; 0: unknown. */
	size_t estimate;
	/* The root itself could not be listed: nothing more is known. */
	struct answer root;
	struct tree_class *classes;
	size_t class_count;
	/* What is in the way, each blocker once: closed directories first, then
	 * by path.  At most 64; refused_total counts all. */
	struct tree_refusal *refused;
	size_t refused_count;
	size_t refused_total;
	struct tree_link *leaving;
	size_t leaving_count;
	/* Links in the tree to a directory of it, where only some requests are
	 * meant: others lead there by this way.  If the root is closed these
	 * are all its links that do not leave it, wherever they lead. */
	char **linked;
	size_t linked_count;
	/* Mount points that were not entered. */
	char **mounts;
	size_t mount_count;
	/* Directories the lister could not read, first of them by name. */
	size_t unlisted;
	char *unlisted_example;
};

/* -1 with *cause if no child could be started; otherwise the result is set and
 * freed with tree_result_done. */
int tree_sample(const struct tree_options *, struct tree_result *,
    char **cause);
void tree_result_done(struct tree_result *);

/* The same, once for all who ask alike and have the same probe.memory (which
 * has to be one): NULL with *cause, or a result that stays the memory's. */
const struct tree_result *tree_sample_once(const struct tree_options *,
    char **cause);

#endif
