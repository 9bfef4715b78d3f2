/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_ACCESS_H
#define PREFLIGHT_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cred.h"

/*
 * The kernel's permission arithmetic (contract P4.4), pure: no system calls,
 * no allocation, usable after fork.  It explains and plans; the verdict comes
 * from real system calls.
 */

#define ACCESS_SEARCH 1u /* x: pass through a directory, execute a file */
#define ACCESS_WRITE  2u
#define ACCESS_READ   4u

/* Entries of an ACL that are kept; a longer one is marked as cut. */
#define ACL_ENTRIES_KEPT 48

/* The numbers of the on-disk form, linux/posix_acl.h. */
enum acl_tag {
	ACL_TAG_USER_OBJ = 0x01,
	ACL_TAG_USER = 0x02,
	ACL_TAG_GROUP_OBJ = 0x04,
	ACL_TAG_GROUP = 0x08,
	ACL_TAG_MASK = 0x10,
	ACL_TAG_OTHER = 0x20,
};

struct acl_entry {
	uint16_t tag;
	uint16_t bits; /* ACCESS_* */
	uint32_t id;   /* of USER and GROUP */
};

/* An access or default ACL as read; count 0: there is none. */
struct acl {
	uint32_t count;
	bool cut; /* longer than what is kept: nothing can be concluded */
	struct acl_entry entries[ACL_ENTRIES_KEPT];
};

/* What is known of one inode; plain data without pointers. */
struct facts {
	mode_t mode; /* 0: nothing is known */
	uid_t uid;
	gid_t gid;
	nlink_t nlink;
	dev_t dev;
	ino_t ino;
	off_t size;
	int64_t mtime; /* seconds */
	int64_t ctime;
	uint32_t fs_type; /* f_type of statfs(2); 0: not asked */
	bool read_only;	  /* the mount is */
	bool no_acl;	  /* the file system has none */
	struct acl acl;
	struct acl default_acl; /* directories, only where it was asked for */
};

/* Which part of mode and ACL speaks about an identity. */
/* clang-format off */
#define ACCESS_CLASSES(X)				\
	X(OWNER,	"owner")			\
	X(NAMED_USER,	"named user")			\
	X(GROUP,	"group")			\
	X(NAMED_GROUP,	"named group")			\
	X(OTHER,	"other")
/* clang-format on */

enum access_class {
#define X(id, name) ACCESS_CLASS_##id,
	ACCESS_CLASSES(X)
#undef X
};

struct access_explained {
	bool granted;
	bool known; /* false: uid 0 or a cut ACL, the rest says nothing */
	enum access_class class;
	uint32_t class_id; /* of NAMED_USER and NAMED_GROUP */
	unsigned entry;	   /* what mode bits or ACL entry give the class */
	unsigned have;	   /* what is left of it after the mask */
	unsigned need;
	bool has_acl;
	unsigned mask; /* of the ACL; 7 without one */
	/* The mask takes away what the entry gives (PF109). */
	bool cut_by_mask;
	/* An entry for this identity exists, but with an empty group class the
	 * kernel skips the whole ACL (PF109). */
	bool acl_skipped;
	/* "Other", or the group below the owner, would be allowed (PF110). */
	bool shadowed;
};

/*
 * Reads the value of system.posix_acl_access or _default.  Returns 0, or -1 if
 * the bytes are not an ACL of version 2; the ACL then has no entries.
 */
int acl_decode(const void *raw, size_t len, struct acl *);

/* Whether the identity's gid or one of its groups is this one. */
bool access_in_group(const struct cred *, gid_t);

/* Whether need (ACCESS_* bits, asked for at once) is granted, and why. */
void access_explain(const struct cred *, const struct facts *, unsigned need,
    struct access_explained *);
/* Only whether; root is granted everything. */
bool access_granted(const struct cred *, const struct facts *, unsigned need);

/* Whether somebody who is neither owner nor in any group or entry is granted
 * it: "any local user". */
bool access_world(const struct facts *, unsigned need);

const char *access_class_name(enum access_class);
/* "rw-" of ACCESS_* bits; a constant. */
const char *access_bits_text(unsigned bits);

#endif
