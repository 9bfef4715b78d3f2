/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "base/xmalloc.h"

#include "preflight/fix/fix_model.h"
#include "preflight/report/sentence.h"

/*
 * The group bits of a mode with an ACL are its mask.  With none of them the
 * kernel looks at no entry at all, so a mask that becomes wider also puts
 * entries into force.
 */

static struct acl_entry *
find_entry(struct acl *acl, enum acl_tag tag, uint32_t id)
{
	for (uint32_t i = 0; i < acl->count; i++) {
		if (acl->entries[i].tag == tag &&
		    (tag != ACL_TAG_USER || acl->entries[i].id == id))
			return &acl->entries[i];
	}
	return NULL;
}

static void
push_entry(struct acl *acl, enum acl_tag tag, uint32_t id, unsigned bits)
{
	acl->entries[acl->count++] = (struct acl_entry){
		.tag = (uint16_t)tag,
		.bits = (uint16_t)bits,
		.id = id,
	};
}

/* Entries that the mask limits. */
static bool
is_masked(const struct acl_entry *entry)
{
	return entry->tag == ACL_TAG_USER || entry->tag == ACL_TAG_GROUP ||
	    entry->tag == ACL_TAG_GROUP_OBJ;
}

static unsigned
all_masked(const struct acl *acl)
{
	unsigned bits = 0;

	for (uint32_t i = 0; i < acl->count; i++) {
		if (is_masked(&acl->entries[i]))
			bits |= acl->entries[i].bits;
	}
	return bits;
}

bool
fix_model_mask(const struct facts *facts, unsigned *mask)
{
	for (uint32_t i = 0; i < facts->acl.count; i++) {
		if (facts->acl.entries[i].tag == ACL_TAG_MASK) {
			*mask = facts->acl.entries[i].bits;
			return true;
		}
	}
	return false;
}

bool
fix_model_holds_back(const struct facts *facts, uid_t uid)
{
	unsigned mask;

	if (!fix_model_mask(facts, &mask))
		return false;
	for (uint32_t i = 0; i < facts->acl.count; i++) {
		const struct acl_entry *entry = &facts->acl.entries[i];
		bool other = entry->tag == ACL_TAG_GROUP ||
		    (entry->tag == ACL_TAG_USER && entry->id != uid);

		if (other && (entry->bits & ~mask) != 0)
			return true;
	}
	return false;
}

bool
fix_model_entry(struct facts *facts, uid_t uid, unsigned bits, bool new_mask)
{
	struct acl *acl = &facts->acl;
	struct acl_entry *entry, *mask;

	if (acl->cut || facts->no_acl || acl->count + 5 > ACL_ENTRIES_KEPT)
		return false;
	if (acl->count == 0) {
		push_entry(acl, ACL_TAG_USER_OBJ, 0, facts->mode >> 6 & 7);
		push_entry(acl, ACL_TAG_GROUP_OBJ, 0, facts->mode >> 3 & 7);
		push_entry(acl, ACL_TAG_OTHER, 0, facts->mode & 7);
	}
	entry = find_entry(acl, ACL_TAG_USER, uid);
	if (entry == NULL)
		push_entry(acl, ACL_TAG_USER, uid, bits);
	else
		entry->bits = (uint16_t)bits;
	mask = find_entry(acl, ACL_TAG_MASK, 0);
	if (mask == NULL) {
		push_entry(acl, ACL_TAG_MASK, 0, 0);
		mask = &acl->entries[acl->count - 1];
		new_mask = true;
	}
	mask->bits = (uint16_t)(new_mask ? all_masked(acl) : mask->bits | bits);
	facts->mode =
	    (facts->mode & ~(mode_t)070) | ((mode_t)mask->bits & 7) << 3;
	return true;
}

/* What an entry is worth: all of it without a mask, the bits of "other" where
 * the kernel skips the ACL. */
static unsigned
worth(const struct facts *facts, const struct acl_entry *entry)
{
	unsigned mask;

	if (!fix_model_mask(facts, &mask))
		return entry->bits;
	return mask == 0 ? facts->mode & 7 : entry->bits & mask;
}

/* "u:anna"; the owning group by its name, too. */
static char *
entry_name(const struct facts *facts, const struct acl_entry *entry)
{
	char *name = entry->tag == ACL_TAG_USER
	    ? sentence_user(entry->id)
	    : sentence_group(
		  entry->tag == ACL_TAG_GROUP ? entry->id : facts->gid);
	char *text =
	    xasprintf("%s:%s", entry->tag == ACL_TAG_USER ? "u" : "g", name);

	free(name);
	return text;
}

void
fix_model_gains(const struct facts *before, const struct facts *after,
    uid_t uid, const char *path, struct strvec *gains)
{
	unsigned more;
	char *name;

	for (uint32_t i = 0; i < before->acl.count; i++) {
		const struct acl_entry *entry = &before->acl.entries[i];

		if (!is_masked(entry) ||
		    (entry->tag == ACL_TAG_USER && entry->id == uid))
			continue;
		more = worth(after, entry) & ~worth(before, entry);
		if (more == 0)
			continue;
		name = entry_name(before, entry);
		strvec_pushf(gains, "%s gets %s on %s", name,
		    access_bits_text(more), path);
		free(name);
	}
}
