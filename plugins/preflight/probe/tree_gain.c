/* SPDX-License-Identifier: ISC */
/*
 * Files counted by the way to them and their class.  There are few of both in
 * any tree, and neighbours mostly share them.
 */
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "preflight/probe/secret_name.h"
#include "preflight/probe/tree_lister.h"

#define NO_WAY UINT32_MAX

/* The worse, the more: which paths are named. */
static const int64_t ranks[] = {
	[SECRET_NONE] = 0,
	[SECRET_SOURCE] = 1,
	[SECRET_REPOSITORY] = 2,
	[SECRET_HISTORY] = 3,
	[SECRET_LOGIN] = 3,
	[SECRET_DATABASE] = 4,
	[SECRET_CREDENTIALS] = 5,
	[SECRET_PRIVATE_KEY] = 6,
};

/* Whether both name the same directory; the first is a root and a path below
 * it. */
static bool
is_same(const char *root, const char *below, const char *path)
{
	size_t root_len = strlen(root), len = strlen(path);

	while (root_len > 0 && root[root_len - 1] == '/')
		root_len--;
	while (len > 0 && path[len - 1] == '/')
		len--;
	if (len < root_len || strncmp(root, path, root_len) != 0)
		return false;
	path += root_len;
	len -= root_len;
	if (*below == '\0')
		return len == 0;
	return len == strlen(below) + 1 && *path == '/' &&
	    strncmp(path + 1, below, len - 1) == 0;
}

static bool
is_among(const struct lister *lister, const char *below, char *const *paths,
    size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (is_same(lister->job->path, below, paths[i]))
			return true;
	}
	return false;
}

/* The index of the way, which is new or known; NO_WAY without room. */
static uint32_t
find_way(struct list_table *table, const struct tree_way *way)
{
	for (size_t i = 0; i < table->way_count; i++) {
		const struct tree_way *one = &table->ways[i];

		if (one->parent == way->parent && one->class == way->class &&
		    one->opened == way->opened && one->needed == way->needed)
			return (uint32_t)i;
	}
	if (table->way_count == LIST_WAYS_MAX)
		return NO_WAY;
	table->ways[table->way_count] = *way;
	return (uint32_t)table->way_count++;
}

void
lister_gain_dir(struct lister *lister, uint32_t index)
{
	const struct tree_gain *gain = lister->job->gain;
	struct list_table *table = lister->table;
	struct list_dir *dir = &table->dirs[index];
	const struct list_dir *parent = &table->dirs[dir->parent];
	struct tree_way way = { .class = dir->class };
	char below[PATH_MAX];

	if (gain == NULL)
		return;
	dir->way = NO_WAY;
	if (dir->class != UINT32_MAX &&
	    (dir->parent == index || parent->way != NO_WAY) &&
	    list_path(table, index, "", below)) {
		if (dir->parent != index) {
			way.parent = parent->way;
			way.needed = table->ways[parent->way].needed;
		}
		way.opened =
		    is_among(lister, below, gain->opened, gain->opened_count);
		way.needed = way.needed ||
		    is_among(lister, below, gain->needed, gain->needed_count);
		dir->way = find_way(table, &way);
	}
	lister->cut |= dir->way == NO_WAY;
}

static struct list_reach *
find_reach(struct list_table *table, uint32_t way, uint32_t class)
{
	struct list_reach *one;

	/* The newest first: neighbours. */
	for (size_t i = table->reach_count; i-- > 0;) {
		one = &table->reaches[i];
		if (one->reach.way == way && one->reach.class == class)
			return one;
	}
	if (table->reach_count == LIST_REACHES_MAX)
		return NULL;
	one = &table->reaches[table->reach_count++];
	one->reach.way = way;
	one->reach.class = class;
	return one;
}

static void
count_file(struct lister *lister, struct list_reach *reach, uint32_t dir,
    const char *name)
{
	const struct tree_gain *gain = lister->job->gain;
	enum secret_kind kind;
	struct list_slot slot;
	char path[PATH_MAX];

	reach->reach.all++;
	if (!list_path(lister->table, dir, name, path) ||
	    is_among(lister, path, gain->needed, gain->needed_count))
		return;
	kind = secret_suspected(path);
	reach->reach.files++;
	reach->reach.suspicious += kind != SECRET_NONE && kind != SECRET_SOURCE;
	list_fill(&slot, UINT32_MAX, dir, name, ranks[kind]);
	list_compete(reach->worst, TREE_GAIN_WORST, &slot);
}

void
lister_gain_file(struct lister *lister, uint32_t dir, const char *name,
    uint32_t class)
{
	struct list_table *table = lister->table;
	uint32_t way = table->dirs[dir].way;
	struct list_reach *reach;

	if (lister->job->gain == NULL ||
	    (way != NO_WAY && table->ways[way].needed))
		return;
	reach = way == NO_WAY || class == UINT32_MAX
	    ? NULL
	    : find_reach(table, way, class);
	if (reach != NULL)
		count_file(lister, reach, dir, name);
	else
		lister->cut = true;
}

static void
send_worst(struct lister *lister, size_t index)
{
	const struct list_slot *worst = lister->table->reaches[index].worst;
	struct record record;
	char path[PATH_MAX];

	for (size_t i = 0; i < TREE_GAIN_WORST; i++) {
		if (!worst[i].used ||
		    !list_path(lister->table, worst[i].dir, worst[i].name,
			path))
			continue;
		record_init(&record, RECORD_SAMPLE, 0);
		record.numbers[0] = (int64_t)index;
		record.numbers[1] = LIST_GAINED;
		record.numbers[3] = worst[i].key;
		lister_send(lister, &record, path, LIST_SAMPLES_SENT);
	}
}

void
lister_gain_send(struct lister *lister)
{
	const struct list_table *table = lister->table;
	struct record record;

	for (size_t i = 0; i < table->way_count; i++) {
		record_init(&record, RECORD_WAY, 0);
		record.numbers[0] = table->ways[i].parent;
		record.numbers[1] = table->ways[i].class;
		record.numbers[2] = table->ways[i].opened;
		record.numbers[3] = table->ways[i].needed;
		record_send(lister->child->out, &record, NULL);
	}
	for (size_t i = 0; i < table->reach_count; i++) {
		const struct tree_reach *reach = &table->reaches[i].reach;

		record_init(&record, RECORD_REACH, 0);
		record.numbers[0] = reach->way;
		record.numbers[1] = reach->class;
		record.numbers[2] = (int64_t)reach->files;
		record.numbers[3] = (int64_t)reach->suspicious;
		record.numbers[4] = (int64_t)reach->all;
		record_send(lister->child->out, &record, NULL);
		send_worst(lister, i);
	}
}
