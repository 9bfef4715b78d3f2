/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_STAMP_H
#define PREFLIGHT_STAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * What one object looks like now, as plain data that can be compared with
 * memcmp(3) some minutes later.
 */
enum stamp_kind {
	STAMP_PLACE, /* what decides about access: no times, no size */
	STAMP_FILE,  /* what shows a change of content */
	STAMP_MOUNT, /* the file system there: type and flags */
	STAMP_VALUE, /* the first bytes of a file below /proc */
	STAMP_NGINX, /* the processes of the master view; 0: all masters */
	STAMP_TREE,  /* a listing; the bytes are its key */
	/* Of a large tree: the listing; and instead of it, for a short time, its
	 * directories with their times, and what was tried of the rest. */
	STAMP_LARGE_TREE,
	STAMP_DIRECTORY,
	STAMP_ENTRY, /* as STAMP_PLACE */
	STAMP_KINDS
};

struct stamp {
	int32_t error; /* errno, 0: it is there */
	uint32_t mode;
	uint32_t uid;
	uint32_t gid;
	uint64_t dev;
	uint64_t ino;
	uint64_t size;
	int64_t mtime_ns;
	int64_t ctime_ns;
	uint64_t more; /* ACLs, whether a socket is bound, flags, a digest */
};

/* Lists a tree again as its key says, in the view of a process (0: ours): the
 * digest of what was seen, 0 if nothing can be told. */
typedef uint64_t stamp_list_fn(const char *key, size_t len, pid_t view);
/* Who lists for STAMP_TREE: the prober, which is a room above this one.
 * Without one such a stamp has an error. */
void stamp_list_by(stamp_list_fn *);

/*
 * Takes the stamp of an absolute path (or of what else the kind names by its
 * bytes, NUL behind them).  With a view other than 0 the path begins at the
 * root of that process; it must have no links before its last name then.
 */
void stamp_take(enum stamp_kind, pid_t view, const char *bytes, size_t len,
    struct stamp *);
/* Where a link leads, in the view, with a NUL; its length, -1 and errno. */
ssize_t stamp_read_link(pid_t view, const char *path, char *target,
    size_t size);
/* Whether only this machine changes the file system of a STAMP_MOUNT. */
bool stamp_mount_is_local(const struct stamp *);

#endif
