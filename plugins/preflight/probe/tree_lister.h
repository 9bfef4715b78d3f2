/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_TREE_LISTER_H
#define PREFLIGHT_TREE_LISTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "preflight/probe/list_table.h"
#include "preflight/probe/record.h"
#include "preflight/probe/tree_list.h"

/*
 * What the files of the lister share: one listing under way.
 */

#define LIST_DEPTH_MAX 40
/* A lister gives a sign of life so often, or as soon as its file system lets
 * it. */
#define LIST_BEAT_MS   500

/* All a child may send is RECORD_TOTAL_MAX: up to here go names of secrets and
 * links while listing, then directories, then samples. */
#define LIST_NAMES_SENT	  (1500u * 1024)
#define LIST_DIRS_SENT	  (2500u * 1024)
#define LIST_SAMPLES_SENT (3500u * 1024)

struct lister {
	const struct child *child;
	const struct list_job *job;
	struct list_table *table;
	struct seen *alone; /* for what cannot be shared */
	int root;
	dev_t dev;
	int64_t until_ms;
	int64_t beat_ms;      /* the last sign of life */
	char where[PATH_MAX]; /* the root, free of links; "" if not known */
	size_t entries;
	size_t sent; /* bytes */
	size_t secrets, sources;
	size_t dirs, files, links, others, unlisted;
	uint64_t digest;  /* of all entries so far; see tree_key.h */
	int64_t begun_ns; /* wall clock */
	bool restless;	  /* an entry changed just now, or time ran out */
	bool stopped;	  /* the budget is used up */
	bool cut;	  /* something was left out for another reason */
};

/* What is known of the directory being read. */
struct reading {
	uint32_t dir;
	int fd; /* and the working directory */
	struct seen *seen;
	struct seen_dir *known;
	size_t left; /* entries in this round */
};

/* Reads and notes a part of the directory that reading.fd is open on. */
void lister_read_dir(struct lister *, struct reading *);
/* Whether it is a mount that a server answers for, and might not. */
bool lister_is_served(const struct lister *, uint32_t dir, const char *name);
/* Looks at one entry; false if that is refused or it is gone. */
bool lister_read_entry(const struct lister *, const struct reading *,
    const char *name, struct stat *, struct facts *);
/* Notes what it means. */
void lister_note_entry(struct lister *, struct reading *,
    const struct seen_entry *);

/* For job->gain: the way to a directory that was added to the table, and a
 * regular file of a class in one. */
void lister_gain_dir(struct lister *, uint32_t dir);
void lister_gain_file(struct lister *, uint32_t dir, const char *name,
    uint32_t class);
void lister_gain_send(struct lister *);

/* Sends a record, counting it; past the limit it does not, and the listing
 * counts as cut. */
void lister_send(struct lister *, struct record *, const char *path,
    size_t limit);
/* One entry, by its directory and name. */
void lister_send_entry(struct lister *, int64_t class, enum list_reason,
    uint32_t dir, const char *name);
/* A link that leaves the tree: its path with its target after it. */
void lister_send_leaving(struct lister *, const char *both, size_t link_len);
/* Everything that was noted: directories, classes, samples, counts. */
void lister_send_all(struct lister *);

#endif
