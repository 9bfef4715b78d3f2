/* SPDX-License-Identifier: ISC */
/*
 * What a lister tells its parent.
 */
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include "preflight/probe/record.h"
#include "preflight/probe/tree_lister.h"

void
lister_send(struct lister *lister, struct record *record, const char *path,
    size_t limit)
{
	if (lister->sent > limit) {
		lister->cut = true;
		return;
	}
	record_send(lister->child->out, record, path);
	lister->sent += offsetof(struct record, facts) + record->path_len +
	    (record->has_facts ? sizeof(record->facts) : 0);
}

void
lister_send_entry(struct lister *lister, int64_t class, enum list_reason reason,
    uint32_t dir, const char *name)
{
	struct record record;
	char path[PATH_MAX];

	if (!list_path(lister->table, dir, name, path))
		return;
	record_init(&record, RECORD_SAMPLE, 0);
	record.numbers[0] = class;
	record.numbers[1] = reason;
	lister_send(lister, &record, path, LIST_SAMPLES_SENT);
}

/* The link's path with its target after it. */
void
lister_send_leaving(struct lister *lister, const char *both, size_t link_len)
{
	struct record record;

	record_init(&record, RECORD_SAMPLE, 0);
	record.numbers[0] = -1;
	record.numbers[1] = LIST_LEAVING;
	record.numbers[2] = (int64_t)link_len;
	lister_send(lister, &record, both, LIST_NAMES_SENT);
}

static void
send_slot(struct lister *lister, const struct list_slot *slot,
    enum list_reason reason)
{
	if (slot->used)
		lister_send_entry(lister,
		    slot->class == UINT32_MAX ? -1 : (int64_t)slot->class,
		    reason, slot->dir, slot->name);
}

/* Two of a class, all of a small one: the first ones and the newest. */
static void
send_class(struct lister *lister, size_t index)
{
	const struct list_class *class = &lister->table->classes[index];
	struct record record;
	bool is_small = class->members <= LIST_CLASS_SAMPLES;

	record_init(&record, RECORD_CLASS, 0);
	record.numbers[0] = (int64_t)index;
	record.numbers[1] = (int64_t) class->members;
	record.numbers[2] = S_ISDIR(class->facts.mode);
	record.numbers[3] = class->mtime.least;
	record.numbers[4] = class->mtime.most;
	record.numbers[5] = class->size.least;
	record.numbers[6] = class->size.most;
	record.facts = class->facts;
	record_send(lister->child->out, &record, NULL);
	if (S_ISDIR(class->facts.mode))
		return;
	for (size_t i = 0; i < (is_small ? LIST_CLASS_SAMPLES : 1); i++)
		send_slot(lister, &class->first[i], LIST_CLASS);
	if (!is_small)
		send_slot(lister, &class->newest, LIST_CLASS);
}

static void
send_slots(struct lister *lister, const struct list_slot *slots, size_t count,
    enum list_reason reason)
{
	for (size_t i = 0; i < count; i++)
		send_slot(lister, &slots[i], reason);
}

/* A directory is as wanted as what is in it, or may be in it; those that were
 * found in one come after it. */
static void
spread_wanted(struct list_table *table)
{
	for (size_t i = table->dir_count; i-- > 0;) {
		struct list_dir *dir = &table->dirs[i];

		if (dir->wanted || !dir->done)
			table->dirs[dir->parent].wanted = dir->wanted = true;
	}
}

static void
send_dirs(struct lister *lister)
{
	const struct list_table *table = lister->table;
	struct record record;
	char path[PATH_MAX];

	spread_wanted(lister->table);
	for (uint32_t i = 0; i < table->dir_count; i++) {
		if (!list_path(table, i, "", path))
			continue;
		record_init(&record, RECORD_DIRECTORY, 0);
		record.numbers[0] = table->dirs[i].class == UINT32_MAX
		    ? -1
		    : (int64_t)table->dirs[i].class;
		record.numbers[1] = table->dirs[i].entries;
		record.numbers[2] = table->dirs[i].wanted;
		lister_send(lister, &record, path, LIST_DIRS_SENT);
	}
}

/* How many entries there may be, if the directories that were not begun are
 * like the others, of which all names are known. */
static size_t
estimate(const struct lister *lister)
{
	const struct list_table *table = lister->table;
	size_t begun = 0, names = 0;

	for (size_t i = 0; i < table->dir_count; i++) {
		begun += table->dirs[i].place.begun;
		names += table->dirs[i].place.names;
	}
	return begun == 0 ? 0 : names * table->dir_count / begun;
}

void
lister_send_all(struct lister *lister)
{
	const struct list_table *table = lister->table;
	struct record seen;

	send_dirs(lister);
	for (size_t i = 0; i < table->class_count; i++)
		send_class(lister, i);
	send_slots(lister, table->odd, table->odd_count, LIST_ODD);
	send_slots(lister, table->newest, LIST_NEWEST_COUNT, LIST_NEWEST);
	send_slots(lister, table->largest, LIST_LARGEST_COUNT, LIST_LARGEST);
	if (lister->job->gain != NULL)
		lister_gain_send(lister);
	record_init(&seen, RECORD_SEEN, 0);
	seen.numbers[0] = (int64_t)lister->dirs;
	seen.numbers[1] = (int64_t)lister->files;
	seen.numbers[2] = (int64_t)lister->links;
	seen.numbers[3] = (int64_t)lister->others;
	seen.numbers[4] = (int64_t)lister->unlisted;
	seen.numbers[5] = !lister->stopped && !lister->cut;
	seen.numbers[6] = (int64_t)estimate(lister);
	seen.numbers[7] = lister->restless ? 0 : (int64_t)lister->digest;
	record_send(lister->child->out, &seen, NULL);
}
