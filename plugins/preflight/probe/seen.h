/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_SEEN_H
#define PREFLIGHT_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "preflight/probe/access.h"

/*
 * Entries of directories as one lister read them, for the next: a tree is looked
 * through for what it serves, for secrets and for prices, and reading it is what
 * costs.  It lies in memory that the children of one identity in one view share;
 * they come one after the other.  The parent never looks into it.  Everything
 * is found by offsets: 0 is nothing.
 */

/* Where the reading of a directory goes on. */
struct seen_place {
	uint64_t
	    drawn;    /* names that drew no more than this were in the sample */
	int64_t next; /* as of getdents64(2), once the sample was taken */
	uint32_t names; /* in it, as far as they were gone through */
	bool begun;
	bool done;
};

struct seen_dir {
	struct seen_place place;
	int64_t begun_ns; /* wall clock, when it was first read */
	bool read_only;
	uint32_t first, last; /* entries */
	/* What it is recognised by. */
	dev_t dev;
	ino_t ino;
	struct timespec mtime, ctime;
	uint32_t other; /* the next in the same bucket */
};

struct seen_entry {
	uint32_t next;
	uint32_t facts; /* in full, if there is more to them than st; see
			 * seen_facts */
	bool no_acl;
	struct stat st; /* st_mode 0: it could not be looked at */
	char name[];
};

struct seen;

/* What is shared, and what one lister uses alone, a directory at a time. */
#define SEEN_SHARED_BYTES (64u * 1024 * 1024)
#define SEEN_ALONE_BYTES  (12u * 1024 * 1024)
/* So many entries fit into an empty one of either size, whatever they are. */
#define SEEN_ROUND_MAX	  8192u

/* An empty one, shared with children to come or not; NULL and errno. */
struct seen *seen_map(size_t bytes, bool shared);
void seen_unmap(struct seen *);
void seen_clear(struct seen *);

/* Whether a round of entries has room. */
bool seen_has_room(const struct seen *);
/* The directory, known or, if a round has room, new; else 0. */
uint32_t seen_find(struct seen *, const struct stat *);
struct seen_dir *seen_dir(struct seen *, uint32_t offset);
/* It was not read as it should have been: nobody finds it any more. */
void seen_forget(struct seen_dir *);

/* The entry after an offset (0: the first); NULL if no more were read. */
const struct seen_entry *seen_after(const struct seen *,
    const struct seen_dir *, uint32_t offset);
uint32_t seen_offset(const struct seen *, const struct seen_entry *);
/* Adds what was read of an entry; there is room. */
void seen_add(struct seen *, struct seen_dir *, const char *name,
    const struct stat *, const struct facts *);
/* The facts of an entry that could be looked at. */
void seen_facts(const struct seen *, const struct seen_dir *,
    const struct seen_entry *, struct facts *);

#endif
