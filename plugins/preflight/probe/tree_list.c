/* SPDX-License-Identifier: ISC */
/*
 * The lister.  It opens every directory by its names from the tree's root,
 * with O_NOFOLLOW on each level, so that nobody who moves things about while
 * it runs can lead it elsewhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "preflight/probe/facts.h"
#include "preflight/probe/record.h"
#include "preflight/probe/tree_lister.h"
#include "preflight/witness/digest.h"

/* The directory, opened name by name from the root. */
static int
open_dir(struct lister *lister, uint32_t index)
{
	const struct list_table *table = lister->table;
	uint32_t way[LIST_DEPTH_MAX + 2];
	size_t count = 0;
	int fd, next;

	for (; table->dirs[index].parent != index && count <= LIST_DEPTH_MAX;
	     index = table->dirs[index].parent)
		way[count++] = index;
	fd = openat(lister->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1 && count > 0)
		fd = openat(lister->root, ".", O_PATH | O_CLOEXEC);
	while (fd != -1 && count-- > 0) {
		next = openat(fd, table->names + table->dirs[way[count]].name,
		    O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC |
			(count == 0 ? O_RDONLY : O_PATH));
		close(fd);
		fd = next;
	}
	return fd;
}

static void
read_dir(struct lister *lister, uint32_t index, unsigned count)
{
	struct list_dir *dir = &lister->table->dirs[index];
	struct reading reading = { .dir = index, .left = count };

	reading.fd = open_dir(lister, index);
	if (reading.fd != -1) {
		lister_read_dir(lister, &reading);
		close(reading.fd);
		return;
	}
	dir->done = true;
	/* Nobody knows what is in the root. */
	dir->wanted |= index == 0;
	if (lister->unlisted++ == 0)
		lister_send_entry(lister, -1, LIST_UNLISTED, index, "");
}

/* Rounds over all directories until everything is read or the budget gone. */
static void
read_all(struct lister *lister)
{
	unsigned count = LIST_SAMPLE;
	bool more = true;

	while (more && !lister->stopped) {
		more = false;
		for (uint32_t i = 0;
		     i < lister->table->dir_count && !lister->stopped; i++) {
			if (lister->table->dirs[i].done)
				continue;
			read_dir(lister, i, count);
			more |= !lister->table->dirs[i].done;
		}
		count = SEEN_ROUND_MAX;
	}
}

static void
refuse_root(const struct child *child, enum why why, int error)
{
	struct record record;

	record_init(&record, RECORD_FATAL, 0);
	record.why = (uint16_t)why;
	record.error = error;
	record_send(child->out, &record, NULL);
}

/* Paths of mounts are free of links. */
static void
find_where(struct lister *lister)
{
	char name[FACTS_LINK_SIZE];
	ssize_t len;

	facts_fd_name(lister->root, name);
	len = readlinkat(lister->child->links, name, lister->where,
	    sizeof(lister->where) - 1);
	lister->where[len > 0 ? len : 0] = '\0';
}

void
tree_list(const struct child *child, void *arg)
{
	struct lister lister = {
		.child = child,
		.job = arg,
		.digest = DIGEST_INIT,
		.begun_ns = clock_wall_ms() * 1000000,
	};
	struct facts facts;
	uint32_t index;

	lister.root =
	    view_open(&child->view, lister.job->path, O_PATH | O_DIRECTORY);
	if (lister.root == -1) {
		refuse_root(child, WHY_LIST, errno);
		return;
	}
	lister.table = list_table_map();
	lister.alone = seen_map(SEEN_ALONE_BYTES, false);
	if (lister.table == NULL || lister.alone == NULL ||
	    facts_read(lister.root, true, &facts)) {
		refuse_root(child, WHY_OTHER_ERROR, errno);
		return;
	}
	lister.dev = facts.dev;
	find_where(&lister);
	lister.beat_ms = clock_mono_ms();
	lister.until_ms = clock_mono_ms() + lister.job->budget.ms;
	list_add_dir(lister.table, 0, "",
	    list_class_of(lister.table, &facts, false), &index);
	lister_gain_dir(&lister, index);
	read_all(&lister);
	lister_send_all(&lister);
}
