/* SPDX-License-Identifier: ISC */
/*
 * Creation as the kernel does it: bind(2) takes the umask from the mode before
 * a default ACL is looked at, open(2) does not when there is one
 * (posix_acl_create_masq()).
 */
#include <sys/stat.h>

#include "preflight/probe/predict.h"

static struct acl_entry *
find(struct acl *acl, enum acl_tag tag)
{
	for (uint32_t i = 0; i < acl->count; i++) {
		if (acl->entries[i].tag == tag)
			return &acl->entries[i];
	}
	return NULL;
}

/* The entry that the group bits of the mode show: the mask if there is one. */
static struct acl_entry *
group_class(struct acl *acl)
{
	struct acl_entry *mask = find(acl, ACL_TAG_MASK);

	return mask != NULL ? mask : find(acl, ACL_TAG_GROUP_OBJ);
}

static bool
has_names(const struct acl *acl)
{
	for (uint32_t i = 0; i < acl->count; i++) {
		if (acl->entries[i].tag == ACL_TAG_USER ||
		    acl->entries[i].tag == ACL_TAG_GROUP ||
		    acl->entries[i].tag == ACL_TAG_MASK)
			return true;
	}
	return false;
}

/* Both keep only what the other allows; returns the bits that are left. */
static unsigned
meet(struct acl_entry *entry, mode_t mode, unsigned shift)
{
	unsigned bits = (unsigned)mode >> shift & 7;

	if (entry == NULL)
		return bits;
	entry->bits &= (uint16_t)bits;
	return entry->bits;
}

static mode_t
mode_of(unsigned owner, unsigned group, unsigned other)
{
	return (mode_t)(owner << 6 | group << 3 | other);
}

/* The default ACL becomes the access ACL of what is made. */
static mode_t
inherit(const struct facts *dir, mode_t mode, struct acl *acl)
{
	unsigned owner, group, other;

	*acl = dir->default_acl;
	owner = meet(find(acl, ACL_TAG_USER_OBJ), mode, 6);
	group = meet(group_class(acl), mode, 3);
	other = meet(find(acl, ACL_TAG_OTHER), mode, 0);
	if (!has_names(acl))
		acl->count = 0;
	return mode_of(owner, group, other);
}

/* chmod(2): with an ACL the group bits go to the mask. */
static void
change_mode(struct facts *inode, mode_t mode)
{
	struct acl_entry *entry;

	inode->mode = (inode->mode & S_IFMT) | (mode & 07777);
	if (inode->acl.count == 0)
		return;
	entry = find(&inode->acl, ACL_TAG_USER_OBJ);
	if (entry != NULL)
		entry->bits = (uint16_t)(mode >> 6 & 7);
	entry = group_class(&inode->acl);
	if (entry != NULL)
		entry->bits = (uint16_t)(mode >> 3 & 7);
	entry = find(&inode->acl, ACL_TAG_OTHER);
	if (entry != NULL)
		entry->bits = (uint16_t)(mode & 7);
}

static void
predict(const struct facts *dir, const struct creation *how, mode_t type,
    mode_t mode, struct prediction *out)
{
	struct acl no_acl = { .count = 0 };
	struct acl_entry *class;
	struct acl given = dir->default_acl;

	*out = (struct prediction){
		.from_default_acl = dir->default_acl.count > 0,
		.inode = {
			.uid = how->creator->uid,
			.gid = dir->mode & S_ISGID ? dir->gid :
						     how->creator->gid,
			.nlink = 1,
			.fs_type = dir->fs_type,
			.read_only = dir->read_only,
			.acl = no_acl,
		},
	};
	if (out->from_default_acl)
		mode = inherit(dir, mode, &out->inode.acl);
	out->inode.mode = type | mode;
	class = group_class(&given);
	if (class != NULL)
		out->mask_lost = class->bits & ~(unsigned)(mode >> 3) & 7;
	if (how->chown_uid != PREDICT_KEEP)
		out->inode.uid = (uid_t)how->chown_uid;
	if (how->chown_gid != PREDICT_KEEP)
		out->inode.gid = (gid_t)how->chown_gid;
	if (how->chmod == PREDICT_KEEP)
		return;
	change_mode(&out->inode, (mode_t)how->chmod);
	out->mask_lost = 0;
}

void
predict_socket(const struct facts *dir, const struct creation *how,
    struct prediction *out)
{
	predict(dir, how, S_IFSOCK, how->mode & 0777 & ~how->umask, out);
}

void
predict_file(const struct facts *dir, const struct creation *how,
    struct prediction *out)
{
	mode_t mode = how->mode & 0777;

	if (dir->default_acl.count == 0)
		mode &= ~how->umask;
	predict(dir, how, S_IFREG, mode, out);
}

static bool
same_acl(const struct acl *a, const struct acl *b)
{
	if (a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++) {
		if (a->entries[i].tag != b->entries[i].tag ||
		    a->entries[i].bits != b->entries[i].bits)
			return false;
		if ((a->entries[i].tag == ACL_TAG_USER ||
			a->entries[i].tag == ACL_TAG_GROUP) &&
		    a->entries[i].id != b->entries[i].id)
			return false;
	}
	return true;
}

bool
predict_matches(const struct prediction *prediction, const struct facts *real)
{
	const struct facts *it = &prediction->inode;

	return it->mode == real->mode && it->uid == real->uid &&
	    it->gid == real->gid && same_acl(&it->acl, &real->acl);
}
