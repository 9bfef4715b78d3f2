/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_TREE_TRAIT_H
#define PREFLIGHT_TREE_TRAIT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct cred;
struct finding;
struct tree_result;

/*
 * What all unreadable files of a tree have in common and no readable one has:
 * it leads to how they came to be so (contract P1.2, S2).  It is nothing if
 * any file that was seen contradicts, or if it might well be chance: if so
 * many files of all, drawn by lot, had it more often than once in twenty.
 */
struct tree_trait {
	bool later; /* written after all the others */
	bool larger;
	bool foreign;		/* of one owner, of whom no other is */
	int64_t written_after;	/* seconds: the newest of the others */
	int64_t written_from;	/* the oldest of them */
	int64_t larger_than;	/* bytes: the largest of the others */
	int64_t larger_or_even; /* the smallest of them */
	uid_t owner;
};

/* Classes of which one was refused against those that the worker may read. */
void tree_trait_find(const struct tree_result *, const struct cred *worker,
    struct tree_trait *);
/* Appends it to the finding's sentence about one file or several, and notes it
 * in its evidence; partial: not all of the tree was seen. */
void tree_trait_tell(const struct tree_trait *, struct finding *, bool one,
    bool partial);

#endif
