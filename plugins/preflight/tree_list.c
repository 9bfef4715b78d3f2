/* SPDX-License-Identifier: ISC */
/*
 * The lister.  It opens every directory by its names from the tree's root,
 * with O_NOFOLLOW on each level, so that nobody who moves things about while
 * it runs can lead it elsewhere.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "preflight/facts.h"
#include "preflight/list_table.h"
#include "preflight/record.h"
#include "preflight/tree_list.h"

#define DEPTH_MAX	40
#define HOME_DEPTH	3
#define FIRST_ROUND	256
#define LATER_ROUNDS	8192
#define PIECE_BYTES	65536
/* Bytes for directories and secrets; the rest of the limit is for classes. */
#define STREAM_BYTES	(2u * 1024 * 1024)
#define SECRETS_MAX	2000
#define SOURCES_MAX	64
#define LINKS_TRIED	16
#define LINKS_LOOKED_AT 1000

struct kernel_dirent {
	uint64_t ino;
	int64_t next;
	unsigned short len;
	unsigned char type;
	char name[];
};

struct lister {
	const struct child *child;
	const struct list_job *job;
	struct list_table *table;
	int root;
	dev_t dev;
	int64_t until_ms;
	size_t entries;
	size_t sent;
	size_t secrets, sources;
	size_t dirs, files, links, others, unlisted;
	bool stopped; /* the budget is used up */
	bool cut;     /* something was left out for another reason */
};

/* What is known of the directory being read. */
struct reading {
	uint32_t dir;
	int fd;
	unsigned left; /* entries in this round */
	bool first;    /* no entry has been looked at yet */
};

static void
send_entry(struct lister *lister, int64_t class, enum list_reason reason,
    uint32_t dir, const char *name)
{
	struct record record;
	char path[PATH_MAX];

	if (!list_path(lister->table, dir, name, path))
		return;
	record_init(&record, RECORD_SAMPLE, 0);
	record.numbers[0] = class;
	record.numbers[1] = reason;
	record_send(lister->child->out, &record, path);
}

/* The directory, opened name by name from the root. */
static int
open_dir(struct lister *lister, uint32_t index)
{
	const struct list_table *table = lister->table;
	uint32_t way[DEPTH_MAX + 2];
	size_t count = 0;
	int fd, next;

	for (; table->dirs[index].parent != index && count <= DEPTH_MAX;
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

/* ACLs are read where the directory or an entry of it has had one. */
static void
read_entry_acl(struct lister *lister, struct reading *reading, const char *name,
    struct facts *facts)
{
	struct list_dir *dir = &lister->table->dirs[reading->dir];
	bool is_dir = S_ISDIR(facts->mode);
	struct facts full;
	int fd;

	if (!is_dir && !reading->first && !dir->read_acls)
		return;
	if (!is_dir)
		reading->first = false;
	fd = openat(reading->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return;
	if (facts_read(fd, is_dir, &full) == 0) {
		full.fs_type = facts->fs_type;
		*facts = full;
		if (facts->acl.count > 0)
			dir->read_acls = true;
	}
	close(fd);
}

static bool
read_entry(struct lister *lister, struct reading *reading, const char *name,
    struct facts *facts)
{
	struct stat st;

	if (fstatat(reading->fd, name, &st,
		AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) == -1)
		return false;
	*facts = (struct facts){
		.mode = st.st_mode,
		.uid = st.st_uid,
		.gid = st.st_gid,
		.nlink = st.st_nlink,
		.dev = st.st_dev,
		.ino = st.st_ino,
		.size = st.st_size,
		.mtime = st.st_mtim.tv_sec,
		.ctime = st.st_ctim.tv_sec,
	};
	if (!S_ISLNK(st.st_mode))
		read_entry_acl(lister, reading, name, facts);
	return true;
}

static bool
has_control_bytes(const char *name)
{
	for (; *name != '\0'; name++) {
		if ((unsigned char)*name < ' ' || *name == 0x7f)
			return true;
	}
	return false;
}

static bool
is_odd(const struct lister *lister, const char *name, const struct facts *facts)
{
	return !S_ISREG(facts->mode) || (facts->mode & S_IRUSR) == 0 ||
	    (facts->mode & (S_ISUID | S_ISGID)) != 0 ||
	    (facts->uid != lister->job->app && facts->uid != 0) ||
	    has_control_bytes(name);
}

/* How far up a relative target climbs from a directory this deep. */
static bool
climbs_out(const char *target, unsigned depth)
{
	int level = (int)depth;
	size_t len;

	while (*target != '\0' && level >= 0) {
		target += strspn(target, "/");
		len = strcspn(target, "/");
		if (len == 2 && memcmp(target, "..", 2) == 0)
			level--;
		else if (len > 0 && !(len == 1 && *target == '.'))
			level++;
		target += len;
	}
	return level < 0;
}

static bool
is_below(const char *target, const char *root)
{
	size_t len = strlen(root);

	while (len > 1 && root[len - 1] == '/')
		len--;
	return strncmp(target, root, len) == 0 &&
	    (target[len] == '/' || target[len] == '\0' || len == 1);
}

/* The link's path with its target after it. */
static void
send_leaving(struct lister *lister, const char *both, size_t link_len)
{
	struct record record;

	record_init(&record, RECORD_SAMPLE, 0);
	record.numbers[0] = -1;
	record.numbers[1] = LIST_LEAVING;
	record.numbers[2] = (int64_t)link_len;
	record_send(lister->child->out, &record, both);
}

static void
note_link(struct lister *lister, struct reading *reading, const char *name)
{
	char both[2 * PATH_MAX], *target;
	ssize_t len;
	unsigned depth = lister->table->dirs[reading->dir].depth;

	if (lister->links++ < LINKS_TRIED)
		list_note_odd(lister->table, UINT32_MAX, reading->dir, name);
	if (lister->links > LINKS_LOOKED_AT ||
	    !list_path(lister->table, reading->dir, name, both))
		return;
	target = both + strlen(both);
	len = readlinkat(reading->fd, name, target, PATH_MAX - 1);
	if (len <= 0)
		return;
	target[len] = '\0';
	if (target[0] == '/' ? !is_below(target, lister->job->path)
			     : climbs_out(target, depth))
		send_leaving(lister, both, (size_t)(target - both));
}

/* In a home directory only places known for secrets are entered deep down. */
static bool
is_worth_entering(const struct lister *lister, uint32_t parent,
    const char *name)
{
	static const char *const known[] = { ".ssh", ".gnupg", ".aws",
		".docker", ".kube", ".config" };
	unsigned depth = lister->table->dirs[parent].depth + 1u;

	if (depth > (lister->job->depth != 0 ? lister->job->depth : DEPTH_MAX))
		return false;
	if (lister->job->secrets &&
	    secret_by_name(name, true).kind == SECRET_REPOSITORY)
		return false;
	if (!lister->job->home || depth <= HOME_DEPTH)
		return true;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i], name) == 0)
			return true;
	}
	return false;
}

static void
note_dir(struct lister *lister, uint32_t parent, const char *name,
    const struct facts *facts)
{
	uint32_t class, index;

	lister->dirs++;
	if (facts->dev != lister->dev) {
		send_entry(lister, -1, LIST_MOUNT, parent, name);
		return;
	}
	class = list_class_of(lister->table, facts);
	if (class != UINT32_MAX)
		lister->table->classes[class].members++;
	if (!is_worth_entering(lister, parent, name)) {
		lister->cut |= !lister->job->secrets;
		return;
	}
	if (!list_add_dir(lister->table, parent, name, class, &index))
		lister->cut = true;
	else
		lister->table->dirs[index].read_acls =
		    facts->default_acl.count > 0;
}

static bool
is_wanted(struct lister *lister, uint32_t dir, const char *name)
{
	char path[PATH_MAX];

	if (lister->job->wanted == NULL)
		return true;
	return list_path(lister->table, dir, name, path) &&
	    lister->job->wanted(path, lister->job->wanted_arg);
}

static void
note_file(struct lister *lister, struct reading *reading, const char *name,
    const struct facts *facts)
{
	uint32_t class;

	if (S_ISREG(facts->mode))
		lister->files++;
	else
		lister->others++;
	if (!is_wanted(lister, reading->dir, name))
		return;
	class = list_class_of(lister->table, facts);
	list_note_file(lister->table, class, reading->dir, name, facts);
	if (is_odd(lister, name, facts))
		list_note_odd(lister->table, class, reading->dir, name);
}

/* Whether the name is suspicious in this listing, and there is room. */
static bool
is_secret(struct lister *lister, const char *path, bool is_dir)
{
	enum secret_kind kind = secret_by_name(path, is_dir).kind;

	if (kind == SECRET_NONE)
		return false;
	if (kind == SECRET_SOURCE)
		return lister->job->sources && lister->sources++ < SOURCES_MAX;
	if (lister->secrets++ < SECRETS_MAX)
		return true;
	lister->cut = true;
	return false;
}

static void
note_secret(struct lister *lister, uint32_t dir, const char *name,
    const struct facts *facts)
{
	struct record record;
	char path[PATH_MAX];
	bool is_dir = S_ISDIR(facts->mode);

	if (!lister->job->secrets ||
	    !list_path(lister->table, dir, name, path) ||
	    !is_secret(lister, path, is_dir))
		return;
	record_init(&record, RECORD_SAMPLE, 0);
	record.numbers[0] = -1;
	record.numbers[1] = LIST_SECRET;
	record.numbers[2] = is_dir;
	record.facts = *facts;
	record_send(lister->child->out, &record, path);
}

static void
note_entry(struct lister *lister, struct reading *reading, const char *name)
{
	struct facts facts;

	lister->entries++;
	lister->table->dirs[reading->dir].entries++;
	if (!read_entry(lister, reading, name, &facts))
		return;
	if (S_ISLNK(facts.mode)) {
		note_link(lister, reading, name);
		return;
	}
	note_secret(lister, reading->dir, name, &facts);
	if (S_ISDIR(facts.mode))
		note_dir(lister, reading->dir, name, &facts);
	else
		note_file(lister, reading, name, &facts);
}

static bool
is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Takes one piece of a directory; false when the round is over. */
static bool
read_piece(struct lister *lister, struct reading *reading)
{
	_Alignas(struct kernel_dirent) char piece[PIECE_BYTES];
	struct list_dir *dir = &lister->table->dirs[reading->dir];
	const struct kernel_dirent *entry;
	long n = syscall(SYS_getdents64, reading->fd, piece, sizeof(piece));

	dir->done = n <= 0;
	for (long at = 0; at < n; at += entry->len) {
		entry = (const void *)(piece + at);
		dir->next = entry->next;
		if (is_dots(entry->name))
			continue;
		note_entry(lister, reading, entry->name);
		if (lister->entries >= lister->job->budget.entries ||
		    ((lister->entries & 63) == 0 &&
			clock_mono_ms() >= lister->until_ms))
			lister->stopped = true;
		if (--reading->left == 0 || lister->stopped)
			return false;
	}
	return n > 0;
}

static void
read_dir(struct lister *lister, uint32_t index, unsigned count)
{
	struct list_dir *dir = &lister->table->dirs[index];
	struct reading reading = { .dir = index, .left = count };

	reading.first = dir->next == 0;
	reading.fd = open_dir(lister, index);
	if (reading.fd == -1) {
		dir->done = true;
		if (lister->unlisted++ == 0)
			send_entry(lister, -1, LIST_UNLISTED, index, "");
		return;
	}
	if (dir->next != 0 && lseek(reading.fd, dir->next, SEEK_SET) == -1)
		dir->done = true;
	while (!dir->done && read_piece(lister, &reading))
		;
	close(reading.fd);
}

/* Rounds over all directories until everything is read or the budget gone. */
static void
read_all(struct lister *lister)
{
	unsigned count = FIRST_ROUND;
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
		count = LATER_ROUNDS;
	}
}

static void
send_slot(struct lister *lister, const struct list_slot *slot,
    enum list_reason reason)
{
	if (slot->used)
		send_entry(lister,
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

static void
send_dirs(struct lister *lister)
{
	const struct list_table *table = lister->table;
	struct record record;
	char path[PATH_MAX];

	for (uint32_t i = 0; i < table->dir_count; i++) {
		if (lister->sent > STREAM_BYTES) {
			lister->cut = true;
			return;
		}
		if (!list_path(table, i, "", path))
			continue;
		record_init(&record, RECORD_DIRECTORY, 0);
		record.numbers[0] = table->dirs[i].class == UINT32_MAX
		    ? -1
		    : (int64_t)table->dirs[i].class;
		record.numbers[1] = table->dirs[i].entries;
		lister->sent += offsetof(struct record, facts) + strlen(path);
		record_send(lister->child->out, &record, path);
	}
}

/* How many entries there may be, if the unread directories are like those
 * that were read. */
static size_t
estimate(const struct lister *lister)
{
	size_t done = 0;

	for (size_t i = 0; i < lister->table->dir_count; i++)
		done += lister->table->dirs[i].done;
	return done == 0 ? 0
			 : lister->entries * lister->table->dir_count / done;
}

static void
send_all(struct lister *lister)
{
	const struct list_table *table = lister->table;
	struct record seen;

	send_dirs(lister);
	for (size_t i = 0; i < table->class_count; i++)
		send_class(lister, i);
	send_slots(lister, table->odd, table->odd_count, LIST_ODD);
	send_slots(lister, table->newest, LIST_NEWEST_COUNT, LIST_NEWEST);
	send_slots(lister, table->largest, LIST_LARGEST_COUNT, LIST_LARGEST);
	record_init(&seen, RECORD_SEEN, 0);
	seen.numbers[0] = (int64_t)lister->dirs;
	seen.numbers[1] = (int64_t)lister->files;
	seen.numbers[2] = (int64_t)lister->links;
	seen.numbers[3] = (int64_t)lister->others;
	seen.numbers[4] = (int64_t)lister->unlisted;
	seen.numbers[5] = !lister->stopped && !lister->cut;
	seen.numbers[6] = (int64_t)estimate(lister);
	record_send(lister->child->out, &seen, NULL);
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

void
tree_list(const struct child *child, void *arg)
{
	struct lister lister = { .child = child, .job = arg };
	struct facts facts;
	uint32_t index;

	lister.root =
	    view_open(&child->view, lister.job->path, O_PATH | O_DIRECTORY);
	if (lister.root == -1) {
		refuse_root(child, WHY_LIST, errno);
		return;
	}
	lister.table = list_table_map();
	if (lister.table == NULL || facts_read(lister.root, true, &facts)) {
		refuse_root(child, WHY_OTHER_ERROR, errno);
		return;
	}
	lister.dev = facts.dev;
	lister.until_ms = clock_mono_ms() + lister.job->budget.ms;
	list_add_dir(lister.table, 0, "", list_class_of(lister.table, &facts),
	    &index);
	lister.table->dirs[0].read_acls = facts.default_acl.count > 0;
	read_all(&lister);
	send_all(&lister);
}
