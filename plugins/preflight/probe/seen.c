/* SPDX-License-Identifier: ISC */
/*
 * Used after fork: no allocation but the one mapping, which the kernel fills
 * page by page as it is touched.
 */
#include <stdalign.h>
#include <string.h>
#include <sys/mman.h>

#include "preflight/probe/facts.h"
#include "preflight/probe/seen.h"

#define BUCKETS	   8192u
#define ALIGNMENT  alignof(max_align_t)
#define NAME_BYTES 256
#define ENTRY_MAX                                                              \
	(sizeof(struct seen_entry) + NAME_BYTES + sizeof(struct facts) +       \
	    2 * ALIGNMENT)

struct seen {
	size_t bytes;
	size_t used;
	uint32_t buckets[BUCKETS];
	alignas(ALIGNMENT) char memory[];
};

struct seen *
seen_map(size_t bytes, bool shared)
{
	struct seen *seen = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	    MAP_ANONYMOUS | MAP_NORESERVE | (shared ? MAP_SHARED : MAP_PRIVATE),
	    -1, 0);

	if (seen == MAP_FAILED)
		return NULL;
	seen->bytes = bytes - sizeof(*seen);
	seen->used = ALIGNMENT;
	return seen;
}

void
seen_unmap(struct seen *seen)
{
	if (seen != NULL)
		munmap(seen, seen->bytes + sizeof(*seen));
}

void
seen_clear(struct seen *seen)
{
	memset(seen->buckets, 0, sizeof(seen->buckets));
	seen->used = ALIGNMENT;
}

/* Zeroed memory; 0 without room. */
static uint32_t
take(struct seen *seen, size_t len)
{
	size_t at = seen->used;

	len = (len + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (seen->bytes - at < len)
		return 0;
	seen->used += len;
	memset(seen->memory + at, 0, len);
	return (uint32_t)at;
}

bool
seen_has_room(const struct seen *seen)
{
	return seen->bytes - seen->used >=
	    SEEN_ROUND_MAX * ENTRY_MAX + sizeof(struct seen_dir) + ALIGNMENT;
}

struct seen_dir *
seen_dir(struct seen *seen, uint32_t offset)
{
	return (void *)(seen->memory + offset);
}

static struct seen_entry *
entry_at(const struct seen *seen, uint32_t offset)
{
	return (void *)(uintptr_t)(seen->memory + offset);
}

static bool
same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

uint32_t
seen_find(struct seen *seen, const struct stat *st)
{
	uint32_t *bucket = &seen->buckets[st->st_ino % BUCKETS], offset;
	struct seen_dir *dir;

	for (offset = *bucket; offset != 0; offset = dir->other) {
		dir = seen_dir(seen, offset);
		if (dir->ino == st->st_ino && dir->dev == st->st_dev &&
		    same_time(&dir->mtime, &st->st_mtim) &&
		    same_time(&dir->ctime, &st->st_ctim))
			return offset;
	}
	if (!seen_has_room(seen))
		return 0;
	offset = take(seen, sizeof(*dir));
	dir = seen_dir(seen, offset);
	dir->ino = st->st_ino;
	dir->dev = st->st_dev;
	dir->mtime = st->st_mtim;
	dir->ctime = st->st_ctim;
	dir->other = *bucket;
	*bucket = offset;
	return offset;
}

void
seen_forget(struct seen_dir *dir)
{
	dir->ino = 0;
	dir->dev = 0;
}

uint32_t
seen_offset(const struct seen *seen, const struct seen_entry *entry)
{
	return (uint32_t)((const char *)entry - seen->memory);
}

const struct seen_entry *
seen_after(const struct seen *seen, const struct seen_dir *dir, uint32_t offset)
{
	offset = offset == 0 ? dir->first : entry_at(seen, offset)->next;
	return offset == 0 ? NULL : entry_at(seen, offset);
}

/* Whether stat and directory say all of it. */
static bool
is_plain(const struct seen_dir *dir, const struct stat *st,
    const struct facts *facts)
{
	return st->st_dev == dir->dev && facts->acl.count == 0 &&
	    !facts->acl.cut && facts->default_acl.count == 0 &&
	    !facts->default_acl.cut;
}

void
seen_add(struct seen *seen, struct seen_dir *dir, const char *name,
    const struct stat *st, const struct facts *facts)
{
	size_t len = strnlen(name, NAME_BYTES - 1);
	uint32_t offset = take(seen, sizeof(struct seen_entry) + len + 1);
	struct seen_entry *entry = entry_at(seen, offset);

	memcpy(entry->name, name, len);
	if (st != NULL) {
		entry->st = *st;
		entry->no_acl = facts->no_acl;
		if (!is_plain(dir, st, facts)) {
			entry->facts = take(seen, sizeof(*facts));
			memcpy(seen->memory + entry->facts, facts,
			    sizeof(*facts));
		}
	}
	if (dir->last == 0)
		dir->first = offset;
	else
		entry_at(seen, dir->last)->next = offset;
	dir->last = offset;
}

void
seen_facts(const struct seen *seen, const struct seen_dir *dir,
    const struct seen_entry *entry, struct facts *facts)
{
	if (entry->facts != 0) {
		memcpy(facts, seen->memory + entry->facts, sizeof(*facts));
		return;
	}
	facts_of_stat(&entry->st, facts);
	facts->no_acl = entry->no_acl;
	facts->read_only = dir->read_only;
}
