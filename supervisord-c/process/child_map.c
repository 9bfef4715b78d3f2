/* SPDX-License-Identifier: ISC */
/*
 * From pid to whoever started that child, as a hash table: the death of one of
 * five thousand children costs as much as that of the only one.
 */
#include <stdlib.h>
#include <uthash.h>

#include "base/xmalloc.h"
#include "process/child_map.h"

struct child {
	pid_t pid;
	child_exited_fn fn;
	void *arg;
	UT_hash_handle hh;
};

struct child_map {
	struct child *children;
};

struct child_map *
child_map_create(void)
{
	return xcalloc(1, sizeof(struct child_map));
}

static struct child *
find(const struct child_map *map, pid_t pid)
{
	struct child *child;

	HASH_FIND(hh, map->children, &pid, sizeof(pid), child);
	return child;
}

static void
forget(struct child_map *map, struct child *child)
{
	HASH_DEL(map->children, child);
	free(child);
}

void
child_map_free(struct child_map *map)
{
	struct child *child, *after;

	if (map == NULL)
		return;
	HASH_ITER(hh, map->children, child, after)
	forget(map, child);
	free(map);
}

void
child_map_add(struct child_map *map, pid_t pid, child_exited_fn fn, void *arg)
{
	struct child *child = xcalloc(1, sizeof(*child));

	child->pid = pid;
	child->fn = fn;
	child->arg = arg;
	HASH_ADD(hh, map->children, pid, sizeof(pid), child);
}

bool
child_map_has(const struct child_map *map, pid_t pid)
{
	return find(map, pid) != NULL;
}

void
child_map_remove(struct child_map *map, pid_t pid)
{
	struct child *child = find(map, pid);

	if (child != NULL)
		forget(map, child);
}

bool
child_map_exited(struct child_map *map, pid_t pid, int status)
{
	struct child *child = find(map, pid);
	child_exited_fn fn;
	void *arg;

	if (child == NULL)
		return false;
	fn = child->fn;
	arg = child->arg;
	forget(map, child);
	fn(pid, status, arg);
	return true;
}
