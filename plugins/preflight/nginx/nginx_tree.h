/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_NGINX_TREE_H
#define PREFLIGHT_NGINX_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>
#include <time.h>

/*
 * The directives of a configuration with all includes in place, each with the
 * file and line it was written at.
 */

TAILQ_HEAD(nginx_nodes, nginx_node);

struct nginx_node {
	TAILQ_ENTRY(nginx_node) entry;
	struct nginx_node *parent; /* NULL for the root only */
	const char *file;	   /* borrowed from the tree */
	unsigned line;
	char **args; /* args[0] is the name; NULL after the last */
	size_t arg_count;
	bool block;
	struct nginx_nodes children; /* of a block, included ones too */
};

/* What is wrong with the configuration itself; not about any path's rights. */
struct nginx_problem {
	const char *code; /* "PF001", static */
	char *file;	  /* may be NULL */
	unsigned line;
	char *message;
};

struct nginx_tree {
	struct nginx_node *root; /* a block without arguments */
	struct nginx_problem *problems;
	size_t problem_count;
	char **files; /* each once, in the order of opening */
	size_t file_count;
	/* What was the last to change, by its mtime or ctime: a file, a link
	 * on the way to one, or a folder that a pattern looks into, from which
	 * a file may have gone. */
	struct timespec changed;
	char *changed_path;
	bool complete;	      /* nothing was left out */
	size_t bytes;	      /* read so far */
	const char *root_dir; /* of nginx_tree_source; borrowed */
	char *conf_dir;
};

struct nginx_tree_source {
	const char *conf_path; /* absolute */
	const char *conf_dir;  /* base of relative includes, ends in "/" */
	const char *globals;   /* text of -g; may be NULL */
	const char *root;      /* what "/" is; NULL for our own */
};

/*
 * Reads the main file and all it includes (contract P2.2).  What is wrong in
 * them or cannot be read becomes a problem and clears complete; the rest is
 * kept.  -1 with *cause if the main file cannot be read at all.  The caller
 * calls nginx_tree_free either way.
 */
struct nginx_tree *nginx_tree_create(const struct nginx_tree_source *);
int nginx_tree_read(struct nginx_tree *, const struct nginx_tree_source *,
    char **cause);
void nginx_tree_free(struct nginx_tree *);

/* For tests and the fuzzer: one text, no file but those it includes. */
void nginx_tree_read_text(struct nginx_tree *, const char *file,
    const char *text, size_t len);

void nginx_tree_problem(struct nginx_tree *, const char *code, const char *file,
    unsigned line, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* Whether the node is a directive of this name. */
bool nginx_node_is(const struct nginx_node *, const char *name);
/* The argument, borrowed; "" if there are not so many. */
const char *nginx_node_arg(const struct nginx_node *, size_t index);
/* The first child of this name, or NULL. */
const struct nginx_node *nginx_node_child(const struct nginx_node *,
    const char *name);
/* The nearest block around the node that has this name, or NULL. */
const struct nginx_node *nginx_node_above(const struct nginx_node *,
    const char *name);

#endif
