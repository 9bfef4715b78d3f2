/* SPDX-License-Identifier: ISC */
/*
 * What is to be known of an inode, read through a descriptor without any right
 * on the inode itself.  Runs in probe children: system calls only.
 */
#include <errno.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>

#include "preflight/probe/facts.h"

/* An ACL of more bytes than this is marked as cut. */
#define ACL_READ_BYTES 4096

void
facts_fd_name(int fd, char name[FACTS_LINK_SIZE])
{
	char digits[FACTS_LINK_SIZE];
	size_t count = 0, i = 0;

	do {
		digits[count++] = (char)('0' + fd % 10);
		fd /= 10;
	} while (fd > 0);
	while (count > 0)
		name[i++] = digits[--count];
	name[i] = '\0';
}

typedef ssize_t xattr_fn(const char *, const char *, void *, size_t);

/* False if the file system knows no such thing. */
static bool
read_acl(xattr_fn *get, const char *name, const char *attribute,
    struct acl *acl)
{
	unsigned char raw[ACL_READ_BYTES];
	ssize_t len = get(name, attribute, raw, sizeof(raw));

	if (len > 0)
		acl_decode(raw, (size_t)len, acl);
	else if (len == -1 && errno == ERANGE)
		acl->cut = true;
	return len != -1 || errno != EOPNOTSUPP;
}

static void
read_acls(xattr_fn *get, const char *name, bool with_default,
    struct facts *facts)
{
	facts->no_acl =
	    !read_acl(get, name, "system.posix_acl_access", &facts->acl);
	if (with_default && S_ISDIR(facts->mode))
		read_acl(get, name, "system.posix_acl_default",
		    &facts->default_acl);
}

void
facts_of_stat(const struct stat *st, struct facts *facts)
{
	*facts = (struct facts){
		.mode = st->st_mode,
		.uid = st->st_uid,
		.gid = st->st_gid,
		.nlink = st->st_nlink,
		.dev = st->st_dev,
		.ino = st->st_ino,
		.size = st->st_size,
		.mtime = st->st_mtim.tv_sec,
		.ctime = st->st_ctim.tv_sec,
	};
}

int
facts_read(int fd, bool with_default, struct facts *facts)
{
	char name[FACTS_LINK_SIZE];
	struct stat st;
	struct statfs fs;
	bool has_fs;

	*facts = (struct facts){ .mode = 0 };
	/* First, as a FUSE mount of somebody else answers nothing more. */
	has_fs = fstatfs(fd, &fs) == 0;
	if (fstat(fd, &st) == 0)
		facts_of_stat(&st, facts);
	if (has_fs) {
		facts->fs_type = (uint32_t)fs.f_type;
		facts->read_only = (fs.f_flags & ST_RDONLY) != 0;
	}
	if (facts->mode == 0)
		return -1;
	facts_fd_name(fd, name);
	if (!S_ISLNK(st.st_mode))
		read_acls(getxattr, name, with_default, facts);
	return 0;
}

void
facts_read_name(const char *name, const struct stat *st, struct facts *facts)
{
	facts_of_stat(st, facts);
	if (!S_ISLNK(st->st_mode))
		read_acls(lgetxattr, name, true, facts);
}
