/* SPDX-License-Identifier: ISC */
/*
 * What a change opens, counted by the lister.  Whether a directory can be
 * passed before and after is kept with it, so each entry costs two lookups in
 * its mode.
 */
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "preflight/probe/secret_name.h"
#include "preflight/probe/tree_lister.h"

#define PASS_WITHOUT 1u
#define PASS_WITH    2u
#define NEEDED	     4u

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

void
lister_gain_dir(struct lister *lister, uint32_t index,
    const struct facts *facts)
{
	const struct tree_gain *gain = lister->job->gain;
	struct list_dir *dir = &lister->table->dirs[index];
	char below[PATH_MAX];
	unsigned above;

	if (gain == NULL || !list_path(lister->table, index, "", below))
		return;
	above = dir->parent != index
	    ? lister->table->dirs[dir->parent].gain
	    : (gain->enters_without ? PASS_WITHOUT : 0u) |
		(gain->enters_with ? PASS_WITH : 0u);
	dir->gain = above & NEEDED;
	if ((above & PASS_WITHOUT) != 0 &&
	    access_granted(gain->without, facts, ACCESS_SEARCH))
		dir->gain |= PASS_WITHOUT;
	if ((above & PASS_WITH) != 0 &&
	    (access_granted(gain->with, facts, ACCESS_SEARCH) ||
		is_among(lister, below, gain->opened, gain->opened_count)))
		dir->gain |= PASS_WITH;
	if (is_among(lister, below, gain->needed, gain->needed_count))
		dir->gain |= NEEDED;
}

static bool
opens(const struct tree_gain *gain, unsigned flags, const struct facts *facts,
    unsigned need)
{
	if ((flags & PASS_WITH) == 0 ||
	    !access_granted(gain->with, facts, need))
		return false;
	return (flags & PASS_WITHOUT) == 0 ||
	    !access_granted(gain->without, facts, need);
}

void
lister_gain_file(struct lister *lister, uint32_t dir, const char *name,
    const struct facts *facts)
{
	const struct tree_gain *gain = lister->job->gain;
	struct gained *gained = &lister->gained;
	unsigned flags = lister->table->dirs[dir].gain;
	enum secret_kind kind;
	struct list_slot slot;
	char path[PATH_MAX];

	if (gain == NULL || !S_ISREG(facts->mode) || (flags & NEEDED) != 0)
		return;
	gained->writable += opens(gain, flags, facts, ACCESS_WRITE);
	if (!opens(gain, flags, facts, ACCESS_READ) ||
	    !list_path(lister->table, dir, name, path) ||
	    is_among(lister, path, gain->needed, gain->needed_count))
		return;
	kind = secret_suspected(path);
	gained->files++;
	gained->suspicious += kind != SECRET_NONE && kind != SECRET_SOURCE;
	list_fill(&slot, UINT32_MAX, dir, name, ranks[kind]);
	list_compete(gained->worst, TREE_GAIN_WORST, &slot);
}

void
lister_gain_send(struct lister *lister)
{
	const struct gained *gained = &lister->gained;
	struct record record;

	for (size_t i = 0; i < TREE_GAIN_WORST; i++) {
		if (gained->worst[i].used)
			lister_send_entry(lister, gained->worst[i].key,
			    LIST_GAINED, gained->worst[i].dir,
			    gained->worst[i].name);
	}
	record_init(&record, RECORD_GAINED, 0);
	record.numbers[0] = (int64_t)gained->files;
	record.numbers[1] = (int64_t)gained->suspicious;
	record.numbers[2] = (int64_t)gained->writable;
	record_send(lister->child->out, &record, NULL);
}
