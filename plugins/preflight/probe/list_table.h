/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_LIST_TABLE_H
#define PREFLIGHT_LIST_TABLE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "preflight/probe/access.h"
#include "preflight/probe/seen.h"
#include "preflight/probe/tree.h"
#include "preflight/probe/tree_gain.h"

/*
 * What a lister remembers, in memory of a fixed size: directories still to be
 * read, permission classes, and the entries that were chosen as samples.
 */

#define LIST_DIRS_MAX	   262144u
#define LIST_NAMES_BYTES   (48u * 1024 * 1024)
#define LIST_CLASSES_MAX   384u
#define LIST_CLASS_SAMPLES 3
#define LIST_NEWEST_COUNT  20
#define LIST_LARGEST_COUNT 10
#define LIST_ODD_MAX	   64
#define LIST_WAYS_MAX	   1024u
#define LIST_REACHES_MAX   2048u

struct list_dir {
	uint32_t parent; /* its own index for the root */
	uint32_t name;	 /* offset in names */
	uint32_t class;
	uint32_t entries; /* seen in it */
	uint16_t depth;
	bool done;
	bool wanted;  /* it, or something below it, can be asked for */
	bool alone;   /* it is not in shared memory */
	uint32_t way; /* see tree_gain.h */
	/* Where the next round goes on; see seen.h. */
	uint32_t seen;
	uint32_t at;
	struct seen_place place;
};

/* One entry, as it can be found again. */
struct list_slot {
	uint32_t dir;
	bool used;
	int64_t key; /* time or size that won it the slot */
	uint32_t class;
	char name[NAME_MAX + 1];
};

struct list_class {
	struct facts facts;
	uint64_t acl_hash;
	bool packed; /* names end in .gz: gzip_static asks for them */
	size_t members;
	struct tree_range mtime, size; /* of the members */
	struct list_slot first[LIST_CLASS_SAMPLES];
	struct list_slot newest;
};

/* What is taken of one directory in the first round. */
#define LIST_SAMPLE 256

struct list_pick {
	uint64_t drawn;
	char name[NAME_MAX + 1];
};

struct list_sample {
	size_t count;
	size_t largest; /* index */
	struct list_pick picks[LIST_SAMPLE];
};

/* What becomes of files that share way and class, and the worst of them. */
struct list_reach {
	struct tree_reach reach;
	struct list_slot worst[TREE_GAIN_WORST];
};

struct list_table {
	size_t dir_count;
	size_t names_used;
	size_t class_count;
	size_t odd_count;
	size_t way_count;
	size_t reach_count;
	struct list_slot newest[LIST_NEWEST_COUNT];
	struct list_slot largest[LIST_LARGEST_COUNT];
	struct list_slot odd[LIST_ODD_MAX];
	struct list_class classes[LIST_CLASSES_MAX];
	struct list_sample sample; /* of the directory being read */
	struct tree_way ways[LIST_WAYS_MAX];
	struct list_reach reaches[LIST_REACHES_MAX];
	struct list_dir dirs[LIST_DIRS_MAX];
	char names[LIST_NAMES_BYTES];
};

/* A table of nothing, in a mapping of its own; NULL and errno. */
struct list_table *list_table_map(void);

/* Adds a directory; false if there is no room. */
bool list_add_dir(struct list_table *, uint32_t parent, const char *name,
    uint32_t class, uint32_t *index);
/* The path of an entry of a directory below the root ("" for the root
 * itself); false if it is too long. */
bool list_path(const struct list_table *, uint32_t dir, const char *name,
    char path[PATH_MAX]);
/* The class of an inode, made if new; UINT32_MAX if there is no room.  Packed
 * files are never of one class with others, as they are asked for otherwise. */
uint32_t list_class_of(struct list_table *, const struct facts *, bool packed);
/* Counts the entry in its class and keeps it where it is outstanding. */
void list_note_file(struct list_table *, uint32_t class, uint32_t dir,
    const char *name, const struct facts *);
/* Puts the entry in the place of the smallest key, if there is a smaller one or
 * a free slot. */
void list_compete(struct list_slot *, size_t count,
    const struct list_slot *entry);
/* A slot's content; names are cut at NAME_MAX. */
void list_fill(struct list_slot *, uint32_t class, uint32_t dir,
    const char *name, int64_t key);
/* Keeps an entry that is odd, while there is room. */
void list_note_odd(struct list_table *, uint32_t class, uint32_t dir,
    const char *name);

#endif
