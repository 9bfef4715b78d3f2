/* SPDX-License-Identifier: ISC */
/*
 * Used after fork: no allocation but the one mapping, which the kernel fills
 * page by page as it is touched.
 */
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "preflight/probe/list_table.h"
#include "preflight/witness/digest.h"

struct list_table *
list_table_map(void)
{
	void *memory =
	    mmap(NULL, sizeof(struct list_table), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

bool
list_add_dir(struct list_table *table, uint32_t parent, const char *name,
    uint32_t class, uint32_t *index)
{
	size_t len = strlen(name) + 1;
	struct list_dir *dir;

	if (table->dir_count == LIST_DIRS_MAX ||
	    table->names_used + len > LIST_NAMES_BYTES)
		return false;
	*index = (uint32_t)table->dir_count++;
	dir = &table->dirs[*index];
	dir->parent = parent;
	dir->name = (uint32_t)table->names_used;
	dir->class = class;
	dir->depth =
	    *index == parent ? 0 : (uint16_t)(table->dirs[parent].depth + 1);
	memcpy(table->names + table->names_used, name, len);
	table->names_used += len;
	return true;
}

/* Puts the text before what is at the end of the buffer. */
static bool
prepend(char path[PATH_MAX], size_t *at, const char *text)
{
	size_t len = strlen(text), slash = path[*at] == '\0' ? 0 : 1;

	if (len + slash > *at)
		return false;
	if (slash)
		path[--*at] = '/';
	*at -= len;
	memcpy(path + *at, text, len);
	return true;
}

bool
list_path(const struct list_table *table, uint32_t dir, const char *name,
    char path[PATH_MAX])
{
	size_t at = PATH_MAX - 1;

	path[at] = '\0';
	if (name[0] != '\0' && !prepend(path, &at, name))
		return false;
	while (table->dirs[dir].parent != dir) {
		if (!prepend(path, &at, table->names + table->dirs[dir].name))
			return false;
		dir = table->dirs[dir].parent;
	}
	memmove(path, path + at, PATH_MAX - at);
	return true;
}

static uint64_t
hash_acl(const struct acl *acl)
{
	return digest_add(DIGEST_INIT + acl->cut, acl->entries,
	    acl->count * sizeof(acl->entries[0]));
}

uint32_t
list_class_of(struct list_table *table, const struct facts *facts, bool packed)
{
	uint64_t hash = hash_acl(&facts->acl);
	struct list_class *class;

	for (size_t i = 0; i < table->class_count; i++) {
		class = &table->classes[i];
		if (class->facts.mode == facts->mode &&
		    class->facts.uid == facts->uid &&
		    class->facts.gid == facts->gid &&
		    class->facts.dev == facts->dev && class->acl_hash == hash &&
		    class->packed == packed)
			return (uint32_t)i;
	}
	if (table->class_count == LIST_CLASSES_MAX)
		return UINT32_MAX;
	class = &table->classes[table->class_count];
	class->facts = *facts;
	class->acl_hash = hash;
	class->packed = packed;
	return (uint32_t)table->class_count++;
}

void
list_fill(struct list_slot *slot, uint32_t class, uint32_t dir,
    const char *name, int64_t key)
{
	slot->used = true;
	slot->class = class;
	slot->dir = dir;
	slot->key = key;
	memcpy(slot->name, name, strnlen(name, NAME_MAX) + 1);
	slot->name[NAME_MAX] = '\0';
}

void
list_compete(struct list_slot *slots, size_t count,
    const struct list_slot *entry)
{
	struct list_slot *least = &slots[0];

	for (size_t i = 0; i < count; i++) {
		if (!slots[i].used) {
			least = &slots[i];
			break;
		}
		if (slots[i].key < least->key)
			least = &slots[i];
	}
	if (!least->used || least->key < entry->key)
		*least = *entry;
}

static void
range_add(struct tree_range *range, int64_t value, bool first)
{
	if (first || value < range->least)
		range->least = value;
	if (first || value > range->most)
		range->most = value;
}

void
list_note_file(struct list_table *table, uint32_t class, uint32_t dir,
    const char *name, const struct facts *facts)
{
	struct list_class *of;
	struct list_slot entry;

	if (class == UINT32_MAX) {
		list_note_odd(table, class, dir, name);
		return;
	}
	of = &table->classes[class];
	if (of->members < LIST_CLASS_SAMPLES)
		list_fill(&of->first[of->members], class, dir, name, 0);
	range_add(&of->mtime, facts->mtime, of->members == 0);
	range_add(&of->size, facts->size, of->members == 0);
	of->members++;
	list_fill(&entry, class, dir, name, facts->ctime);
	if (!of->newest.used || of->newest.key < entry.key)
		of->newest = entry;
	list_compete(table->newest, LIST_NEWEST_COUNT, &entry);
	entry.key = facts->size;
	list_compete(table->largest, LIST_LARGEST_COUNT, &entry);
}

void
list_note_odd(struct list_table *table, uint32_t class, uint32_t dir,
    const char *name)
{
	if (table->odd_count < LIST_ODD_MAX)
		list_fill(&table->odd[table->odd_count++], class, dir, name, 0);
}
