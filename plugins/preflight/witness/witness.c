/* SPDX-License-Identifier: ISC */
/*
 * Facts are taken before the look that they vouch for: what changes in between
 * is found by the next comparison.  What can change without its stamp showing
 * it (a second change within one tick of the file system's clock, another
 * machine's file system) is not vouched for at all.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <uthash.h>

#include "base/fd.h"
#include "base/xmalloc.h"
#include "preflight/witness/mountinfo.h"
#include "preflight/witness/stamp.h"
#include "preflight/witness/witness.h"

#define LINKS_MAX     40
#define NSSWITCH_MAX  65536
/* No clock of a file system is coarser; see is_restless. */
#define CLOCK_TICK_NS 20000000

/* As written: the head, then its bytes. */
struct fact_head {
	uint32_t kind; /* enum stamp_kind */
	int32_t view;  /* pid, 0: our own */
	uint32_t len;
	struct stamp stamp;
};

struct fact {
	struct fact_head head;
	char *key; /* kind, view and bytes */
	UT_hash_handle hh;
};

static struct {
	bool begun;
	bool given_up;
	int64_t begun_ns;
	struct fact *facts;   /* in the order they were noted */
	struct strvec served; /* mount points, as the process served_in sees */
	bool served_known;
	pid_t served_in;
} witness;

static int64_t
wall_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

void
witness_begin(void)
{
	witness.begun = true;
	witness.begun_ns = wall_ns();
}

void
witness_give_up(void)
{
	witness.given_up = true;
}

/* Whether it changed so lately that one more change might not show. */
static bool
is_restless(const struct stamp *stamp)
{
	int64_t since = witness.begun_ns - CLOCK_TICK_NS;

	return stamp->ctime_ns >= since || stamp->mtime_ns >= since;
}

static bool
is_noting(void)
{
	return witness.begun && !witness.given_up;
}

/*
 * The stamp of a fact, which is new or known; NULL if nothing is noted.
 * Without a stamp given it is taken.
 */
static struct stamp *
note_stamp(enum stamp_kind kind, pid_t view, const void *bytes, size_t len,
    const struct stamp *given)
{
	struct fact *fact;
	struct strbuf key = STRBUF_INIT;

	if (!is_noting())
		return NULL;
	strbuf_addf(&key, "%d %ld ", (int)kind, (long)view);
	strbuf_add(&key, bytes, len);
	HASH_FIND(hh, witness.facts, key.data, key.len, fact);
	if (fact != NULL) {
		strbuf_done(&key);
		return &fact->head.stamp;
	}
	fact = xcalloc(1, sizeof(*fact));
	fact->head.kind = (uint32_t)kind;
	fact->head.view = (int32_t)view;
	fact->head.len = (uint32_t)len;
	if (given != NULL)
		fact->head.stamp = *given;
	else
		stamp_take(kind, view, bytes, len, &fact->head.stamp);
	if (is_restless(&fact->head.stamp))
		witness_give_up();
	len = key.len;
	fact->key = strbuf_steal(&key);
	HASH_ADD_KEYPTR(hh, witness.facts, fact->key, len, fact);
	return &fact->head.stamp;
}

static const struct stamp *
note(enum stamp_kind kind, pid_t view, const void *bytes, size_t len)
{
	return note_stamp(kind, view, bytes, len, NULL);
}

/*
 * The way to a path, name by name; links are followed by hand, so that every
 * noted path is free of them and means the same as long as its own facts hold.
 */
struct way {
	pid_t view;
	struct strbuf done; /* "" is the root */
	struct strbuf rest;
	unsigned links;
	uint64_t dev;
};

static void
find_served(pid_t view)
{
	char *name = view == 0 ? xstrdup("/proc/self/mountinfo")
			       : xasprintf("/proc/%ld/mountinfo", (long)view);
	char *text = fd_read_file(name, MOUNTINFO_MAX, NULL);

	strvec_done(&witness.served);
	if (text != NULL)
		mountinfo_served(text, &witness.served);
	witness.served_known = text != NULL;
	witness.served_in = view;
	free(text);
	free(name);
}

/*
 * Whether a server is mounted there.  Only the prober's children may wait for
 * one: they are killed at a deadline (contract P6, blocking file systems).
 */
static bool
is_served(pid_t view, const char *path)
{
	if (!witness.served_known || witness.served_in != view)
		find_served(view);
	return !witness.served_known ||
	    strvec_find(&witness.served, path) != -1;
}

static const struct stamp *
note_place(struct way *way)
{
	const char *path = way->done.len == 0 ? "/" : way->done.data;
	const struct stamp *stamp, *mount;

	if (is_served(way->view, path))
		witness_give_up();
	stamp = note(STAMP_PLACE, way->view, path, strlen(path));
	if (stamp == NULL || stamp->error != 0)
		return stamp;
	if (stamp->dev != way->dev && !S_ISLNK(stamp->mode)) {
		mount = note(STAMP_MOUNT, way->view, path, strlen(path));
		if (mount != NULL && !stamp_mount_is_local(mount))
			witness_give_up();
		way->dev = stamp->dev;
	}
	return stamp;
}

static void
go_up(struct way *way)
{
	while (way->done.len > 0 && way->done.data[way->done.len - 1] != '/')
		strbuf_truncate(&way->done, way->done.len - 1);
	if (way->done.len > 0)
		strbuf_truncate(&way->done, way->done.len - 1);
}

/* Goes on where the link leads; false if it cannot be told. */
static bool
follow(struct way *way)
{
	char target[PATH_MAX];
	struct strbuf rest = STRBUF_INIT;
	ssize_t len;

	len =
	    stamp_read_link(way->view, way->done.data, target, sizeof(target));
	if (len <= 0 || way->links++ == LINKS_MAX)
		return false;
	if (target[0] == '/')
		strbuf_truncate(&way->done, 0);
	else
		go_up(way);
	strbuf_add(&rest, target, (size_t)len);
	strbuf_addch(&rest, '/');
	strbuf_add(&rest, way->rest.data, way->rest.len);
	strbuf_done(&way->rest);
	way->rest = rest;
	return true;
}

/* Takes the first name off the rest; false at its end. */
static bool
next_name(struct way *way)
{
	size_t slashes = strspn(way->rest.data, "/"), len;

	strbuf_consume(&way->rest, slashes);
	len = strcspn(way->rest.data, "/");
	if (len == 0)
		return false;
	if (len == 2 && memcmp(way->rest.data, "..", 2) == 0) {
		go_up(way);
	} else if (len != 1 || way->rest.data[0] != '.') {
		strbuf_addch(&way->done, '/');
		strbuf_add(&way->done, way->rest.data, len);
	}
	strbuf_consume(&way->rest, len);
	return true;
}

void
witness_path(pid_t view, const char *path)
{
	struct way way = { .view = view };
	const struct stamp *stamp;

	if (!is_noting())
		return;
	if (*path != '/') {
		witness_give_up();
		return;
	}
	strbuf_init(&way.done);
	strbuf_init(&way.rest);
	strbuf_addstr(&way.rest, path);
	stamp = note_place(&way);
	while (stamp != NULL && stamp->error == 0 && next_name(&way)) {
		stamp = note_place(&way);
		if (stamp != NULL && S_ISLNK(stamp->mode) && !follow(&way))
			break;
	}
	strbuf_done(&way.done);
	strbuf_done(&way.rest);
}

void
witness_file(const char *path)
{
	note(STAMP_FILE, 0, path, strlen(path));
}

void
witness_glob(const char *pattern)
{
	size_t len = strcspn(pattern, "*?[");
	char *dir;

	while (len > 1 && pattern[len - 1] != '/')
		len--;
	/* What lies in directories that are a pattern themselves. */
	if (strchr(pattern + len, '/') != NULL)
		witness_give_up();
	dir = xstrndup(pattern, len);
	witness_file(dir);
	free(dir);
}

static void
note_tree(enum stamp_kind kind, const char *key, size_t len, pid_t view,
    uint64_t digest)
{
	const struct stamp seen = { .more = digest };
	struct stamp *noted = note_stamp(kind, view, key, len, &seen);

	if (noted == NULL || noted->more == digest)
		return;
	/* It was listed before, and was different: a large one, perhaps, only as
	 * there was less time. */
	if (kind == STAMP_LARGE_TREE)
		noted->more = 0;
	else
		witness_give_up();
}

void
witness_tree(const char *path, const char *key, size_t len, pid_t view,
    uint64_t digest)
{
	if (!is_noting())
		return;
	witness_path(view, path);
	note_tree(STAMP_TREE, key, len, view, digest);
	if (digest == 0)
		witness_give_up();
}

void
witness_large_tree(const char *path, const char *key, size_t len, pid_t view,
    uint64_t digest, const struct strvec *dirs, const struct strvec *entries)
{
	if (!is_noting())
		return;
	witness_path(view, path);
	note_tree(STAMP_LARGE_TREE, key, len, view, digest);
	for (size_t i = 0; i < dirs->len; i++)
		note(STAMP_DIRECTORY, view, dirs->items[i],
		    strlen(dirs->items[i]));
	for (size_t i = 0; i < entries->len; i++)
		note(STAMP_ENTRY, view, entries->items[i],
		    strlen(entries->items[i]));
}

bool
witness_is_noting(void)
{
	return is_noting();
}

void
witness_nginx(pid_t master)
{
	note(STAMP_NGINX, master, "", 0);
}

/* A line of nsswitch.conf about users that names more than local files. */
static bool
names_other_database(char *line)
{
	static const char *const known[] = { "", "files", "compat", "systemd",
		"db" };
	char *word, *words = strchr(line, ':');
	bool local = true;

	if (words == NULL ||
	    (strncmp(line, "passwd:", 7) != 0 &&
		strncmp(line, "group:", 6) != 0 &&
		strncmp(line, "initgroups:", 11) != 0))
		return false;
	words++;
	while (local && (word = strsep(&words, " \t")) != NULL) {
		local = *word == '[';
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			local = local || strcmp(word, known[i]) == 0;
	}
	return !local;
}

/* A user database that is somewhere else changes without a sign. */
static bool
has_other_databases(void)
{
	char *text = fd_read_file("/etc/nsswitch.conf", NSSWITCH_MAX, NULL);
	char *lines = text, *line;
	bool other = false;

	while (
	    text != NULL && !other && (line = strsep(&lines, "\n")) != NULL) {
		line[strcspn(line, "#")] = '\0';
		other = names_other_database(line);
	}
	free(text);
	return other;
}

void
witness_system(void)
{
	static const char *const files[] = { "/etc/nsswitch.conf",
		"/etc/passwd", "/etc/group" };
	static const char *const values[] = {
		"/proc/sys/fs/protected_symlinks",
		"/proc/sys/fs/protected_regular",
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		witness_file(files[i]);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		note(STAMP_VALUE, 0, values[i], strlen(values[i]));
	if (has_other_databases())
		witness_give_up();
}

bool
witness_write(struct strbuf *out)
{
	struct fact *fact, *next;

	if (!is_noting())
		return false;
	HASH_ITER(hh, witness.facts, fact, next)
	{
		const char *bytes = strchr(strchr(fact->key, ' ') + 1, ' ') + 1;

		strbuf_add(out, &fact->head, sizeof(fact->head));
		strbuf_add(out, bytes, fact->head.len);
	}
	return true;
}

/* Whether the kind counts in a look of that thoroughness. */
static bool
counts(uint32_t kind, bool glance)
{
	if (kind == STAMP_LARGE_TREE)
		return !glance;
	return glance || (kind != STAMP_DIRECTORY && kind != STAMP_ENTRY);
}

static bool
still_holds(const struct fact_head *head, const char *data)
{
	struct stamp now;
	char *bytes;
	bool same;

	/* NUL behind it: most are paths. */
	bytes = xcalloc(1, (size_t)head->len + 1);
	memcpy(bytes, data, head->len);
	stamp_take((enum stamp_kind)head->kind, head->view, bytes, head->len,
	    &now);
	same = memcmp(&now, &head->stamp, sizeof(now)) == 0;
	/* No digest: it was not seen to the end. */
	if (head->kind == STAMP_LARGE_TREE && now.more == 0)
		same = false;
	free(bytes);
	return same;
}

bool
witness_holds(const char *data, size_t len, bool glance)
{
	struct fact_head head;

	while (len >= sizeof(head)) {
		memcpy(&head, data, sizeof(head));
		data += sizeof(head);
		len -= sizeof(head);
		if (head.kind >= STAMP_KINDS || head.len > len ||
		    (counts(head.kind, glance) && !still_holds(&head, data)))
			return false;
		data += head.len;
		len -= head.len;
	}
	return len == 0;
}
