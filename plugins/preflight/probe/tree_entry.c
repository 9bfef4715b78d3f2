/* SPDX-License-Identifier: ISC */
/*
 * What an entry of a listed directory means: a member of a class, a directory
 * to enter, a link, a suspicious name.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/path_below.h"
#include "preflight/probe/facts.h"
#include "preflight/probe/record.h"
#include "preflight/probe/tree_lister.h"
#include "preflight/witness/digest.h"

#define HOME_DEPTH	3
#define SECRETS_MAX	2000
#define SOURCES_MAX	64
#define LINKS_TRIED	16
#define LINKS_LOOKED_AT 1000
/* Names looked at in a directory that a link leads to. */
#define NAMES_BEHIND	256
/* No clock of a file system is coarser. */
#define LIST_TICK_NS	20000000

/* What is mounted there may be of another kind than the directory. */
static bool
read_mounted(const struct lister *lister, const struct reading *reading,
    const char *name, struct facts *facts)
{
	int fd = openat(reading->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	bool known;

	if (fd == -1)
		return false;
	known = fchdir(lister->child->links) == 0 &&
	    facts_read(fd, true, facts) == 0;
	facts->fs_type = 0;
	close(fd);
	return fchdir(reading->fd) == 0 && known;
}

bool
lister_is_served(const struct lister *lister, uint32_t dir, const char *name)
{
	const struct strvec *served = lister->job->served;
	size_t len = strlen(lister->where);
	char below[PATH_MAX];

	if (served == NULL || served->len == 0 || len == 0 ||
	    !list_path(lister->table, dir, name, below))
		return false;
	len -= lister->where[len - 1] == '/';
	for (size_t i = 0; i < served->len; i++) {
		const char *mount = served->items[i];

		if (strncmp(mount, lister->where, len) == 0 &&
		    mount[len] == '/' && strcmp(mount + len + 1, below) == 0)
			return true;
	}
	return false;
}

/* An ACL is every entry's own: a neighbour without one says nothing about it. */
bool
lister_read_entry(const struct lister *lister, const struct reading *reading,
    const char *name, struct stat *st, struct facts *facts)
{
	if (fstatat(reading->fd, name, st,
		AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) == -1)
		return false;
	if (st->st_dev != lister->dev &&
	    read_mounted(lister, reading, name, facts))
		return true;
	facts_read_name(name, st, facts);
	facts->read_only = reading->known->read_only;
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

/* Whether a request can lead to the entry; end is "/" for a directory. */
static bool
is_wanted(const struct lister *lister, uint32_t dir, const char *name,
    const char *end)
{
	char path[PATH_MAX + 1];

	if (lister->job->wanted == NULL)
		return true;
	if (!list_path(lister->table, dir, name, path))
		return false;
	memcpy(path + strlen(path), end, strlen(end) + 1);
	return lister->job->wanted(path, lister->job->wanted_arg);
}

/*
 * Whether a request can lead behind a link to a directory.  What is looked at
 * are the names in it; deeper ones, and too many, may be asked for.
 */
static bool
is_wanted_behind(const struct lister *lister, const struct reading *reading,
    const char *name)
{
	int fd = openat(reading->fd, name,
	    O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC);
	DIR *dir = fd == -1 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	unsigned names = 0;
	bool wanted = false;

	if (dir == NULL) {
		fd_close(&fd);
		return errno == EACCES;
	}
	while (!wanted && (entry = readdir(dir)) != NULL) {
		char below[PATH_MAX];

		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		wanted = entry->d_type != DT_REG || ++names > NAMES_BEHIND ||
		    snprintf(below, sizeof(below), "%s/%s", name,
			entry->d_name) >= (int)sizeof(below) ||
		    is_wanted(lister, reading->dir, below, "");
	}
	closedir(dir);
	return wanted;
}

static bool
is_wanted_link(const struct lister *lister, const struct reading *reading,
    const char *name)
{
	return is_wanted(lister, reading->dir, name, "") ||
	    is_wanted(lister, reading->dir, name, "/") ||
	    is_wanted_behind(lister, reading, name);
}

static void
note_link(struct lister *lister, struct reading *reading, const char *name)
{
	char both[2 * PATH_MAX], *target;
	ssize_t len;
	unsigned depth = lister->table->dirs[reading->dir].depth;

	if (lister->links++ < LINKS_TRIED &&
	    is_wanted_link(lister, reading, name)) {
		lister->table->dirs[reading->dir].wanted = true;
		list_note_odd(lister->table, UINT32_MAX, reading->dir, name);
	}
	if (lister->links > LINKS_LOOKED_AT ||
	    !list_path(lister->table, reading->dir, name, both))
		return;
	target = both + strlen(both);
	len = readlinkat(reading->fd, name, target, PATH_MAX - 1);
	if (len <= 0)
		return;
	target[len] = '\0';
	if (target[0] == '/' ? !path_is_below(target, lister->job->path)
			     : climbs_out(target, depth))
		lister_send_leaving(lister, both, (size_t)(target - both));
}

/* In a home directory only places known for secrets are entered deep down. */
static bool
is_worth_entering(const struct lister *lister, uint32_t parent,
    const char *name)
{
	static const char *const known[] = { ".ssh", ".gnupg", ".aws",
		".docker", ".kube", ".config" };
	unsigned depth = lister->table->dirs[parent].depth + 1u;

	if (depth >
	    (lister->job->depth != 0 ? lister->job->depth : LIST_DEPTH_MAX))
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
note_mount(struct lister *lister, uint32_t parent, const char *name)
{
	lister->dirs++;
	lister_send_entry(lister, -1, LIST_MOUNT, parent, name);
}

static void
note_dir(struct lister *lister, uint32_t parent, const char *name,
    const struct facts *facts)
{
	uint32_t class, index;

	if (facts->dev != lister->dev) {
		note_mount(lister, parent, name);
		return;
	}
	lister->dirs++;
	class = list_class_of(lister->table, facts, false);
	if (class != UINT32_MAX)
		lister->table->classes[class].members++;
	if (!is_worth_entering(lister, parent, name)) {
		lister->cut |= !lister->job->secrets;
		return;
	}
	if (!list_add_dir(lister->table, parent, name, class, &index)) {
		lister->cut = true;
		return;
	}
	lister->table->dirs[index].wanted =
	    is_wanted(lister, parent, name, "/");
	lister_gain_dir(lister, index);
}

static bool
is_packed(const char *name)
{
	size_t len = strlen(name);

	return len > 3 && strcmp(name + len - 3, ".gz") == 0;
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
	if (!is_wanted(lister, reading->dir, name, ""))
		return;
	lister->table->dirs[reading->dir].wanted = true;
	class = list_class_of(lister->table, facts, is_packed(name));
	if (S_ISREG(facts->mode))
		lister_gain_file(lister, reading->dir, name, class);
	list_note_file(lister->table, class, reading->dir, name, facts);
	if (is_odd(lister, name, facts))
		list_note_odd(lister->table, class, reading->dir, name);
}

/* Whether the name is suspicious in this listing, and there is room. */
static bool
is_secret(struct lister *lister, const char *path, bool is_dir)
{
	enum secret_kind kind = secret_by_name(path, is_dir).kind;

	if (!is_dir && secret_is_named(lister->job->more_secrets, path))
		kind = SECRET_CREDENTIALS;
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
	lister_send(lister, &record, path, LIST_NAMES_SENT);
}

/*
 * Names and rights of everything; in a tree that is looked through for what it
 * serves also the times, which show a change of an ACL.  One that is looked
 * through for secrets may hold the program's logs: there they do not count.
 */
static void
digest_entry(struct lister *lister, const struct reading *reading,
    const struct seen_entry *entry, const struct facts *facts)
{
	const struct stat *st = &entry->st;
	int64_t begun_ns = reading->known->begun_ns < lister->begun_ns
	    ? reading->known->begun_ns
	    : lister->begun_ns;
	uint64_t digest = lister->digest;
	const uint64_t rights[] = { st->st_dev, st->st_ino, st->st_mode,
		st->st_uid, st->st_gid };
	const int64_t times[] = { st->st_ctim.tv_sec, st->st_ctim.tv_nsec,
		st->st_mtim.tv_sec, st->st_mtim.tv_nsec, st->st_size };

	digest = digest_add(digest, entry->name, strlen(entry->name) + 1);
	digest = digest_add(digest, rights, sizeof(rights));
	digest = digest_add(digest, facts->acl.entries,
	    facts->acl.count * sizeof(facts->acl.entries[0]));
	if (!lister->job->secrets || S_ISLNK(st->st_mode))
		digest = digest_add(digest, times, sizeof(times));
	lister->digest = digest;
	if (!lister->job->secrets &&
	    st->st_ctim.tv_sec * 1000000000LL + st->st_ctim.tv_nsec >=
		begun_ns - LIST_TICK_NS)
		lister->restless = true;
}

void
lister_note_entry(struct lister *lister, struct reading *reading,
    const struct seen_entry *entry)
{
	const char *name = entry->name;
	struct facts facts;

	lister->entries++;
	lister->table->dirs[reading->dir].entries++;
	if (entry->st.st_mode == 0) {
		if (lister_is_served(lister, reading->dir, name))
			note_mount(lister, reading->dir, name);
		return;
	}
	seen_facts(reading->seen, reading->known, entry, &facts);
	digest_entry(lister, reading, entry, &facts);
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
