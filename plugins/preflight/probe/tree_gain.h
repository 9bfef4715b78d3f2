/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_TREE_GAIN_H
#define PREFLIGHT_TREE_GAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many paths are named. */
#define TREE_GAIN_WORST 10

/*
 * What a lister counts so that the price of a change can be told (contract P4.8,
 * PF507): files by who may get at them.  That depends on the file's class and on
 * the classes of all directories on the way, so one listing answers for every
 * pair of identities.  Plain data that is not changed while the lister runs.
 */
struct tree_gain {
	/* Directories that a change opens, whatever they say now. */
	char *const *opened;
	size_t opened_count;
	/* Trees that are meant to be read: nothing below counts. */
	char *const *needed;
	size_t needed_count;
};

/* Directories below the listed root that are alike, and so is all on the way to
 * them from there. */
struct tree_way {
	uint32_t parent; /* a smaller index; its own: the root */
	uint32_t class;	 /* of the directory */
	bool opened;
	bool needed; /* it or one on the way */
};

/* Regular files of one class behind one way. */
struct tree_reach {
	uint32_t way;
	uint32_t class;
	size_t files;	   /* that are not needed themselves */
	size_t suspicious; /* of those, secrets by their names */
	size_t all;
};

#endif
