/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_NGINX_INCLUDE_H
#define PREFLIGHT_NGINX_INCLUDE_H

#include <stddef.h>
#include <sys/types.h>

#include "preflight/nginx/nginx_tree.h"

/* A file that is being read, and from which it was included. */
struct nginx_open_file {
	const char *path;
	const char *text;
	size_t len;
	dev_t dev;
	ino_t ino;
	unsigned count; /* of files above this one */
	const struct nginx_open_file *above;
};

/* Reads the main file into the root.  -1 with *cause if that is impossible. */
int nginx_include_main(struct nginx_tree *, const char *path, char **cause);

/*
 * Reads what an include directive names into the block the directive stands
 * in, at this depth of blocks.  Whatever fails is a problem of the tree.
 */
void nginx_include(struct nginx_tree *, const struct nginx_node *directive,
    const struct nginx_open_file *from, unsigned depth);

/* Reads one text into a block; in nginx_tree.c. */
void nginx_tree_parse(struct nginx_tree *, struct nginx_node *into,
    unsigned depth, const struct nginx_open_file *);

#endif
