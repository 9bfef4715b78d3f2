/* SPDX-License-Identifier: ISC */
/*
 * What the kernel decides from mode bits and ACL, in the kernel's order:
 * acl_permission_check() and posix_acl_permission() in words that can be shown
 * to a person.  Everything here is pure.
 */
#include <string.h>
#include <sys/stat.h>

#include "preflight/probe/access.h"

#define ACL_VERSION	2
#define ACL_HEAD_BYTES	4
#define ACL_ENTRY_BYTES 8

static uint32_t
little_endian(const unsigned char *p, size_t bytes)
{
	uint32_t value = 0;

	for (size_t i = 0; i < bytes; i++)
		value |= (uint32_t)p[i] << (8 * i);
	return value;
}

int
acl_decode(const void *raw, size_t len, struct acl *acl)
{
	const unsigned char *p = raw;
	struct acl_entry *entry;
	size_t count;

	acl->count = 0;
	acl->cut = false;
	if (len < ACL_HEAD_BYTES ||
	    little_endian(p, ACL_HEAD_BYTES) != ACL_VERSION)
		return -1;
	len -= ACL_HEAD_BYTES;
	if (len % ACL_ENTRY_BYTES != 0)
		return -1;
	count = len / ACL_ENTRY_BYTES;
	if (count > ACL_ENTRIES_KEPT) {
		count = ACL_ENTRIES_KEPT;
		acl->cut = true;
	}
	p += ACL_HEAD_BYTES;
	for (size_t i = 0; i < count; i++, p += ACL_ENTRY_BYTES) {
		entry = &acl->entries[i];
		entry->tag = (uint16_t)little_endian(p, 2);
		entry->bits = (uint16_t)little_endian(p + 2, 2);
		entry->id = little_endian(p + 4, 4);
	}
	acl->count = (uint32_t)count;
	return 0;
}

bool
access_in_group(const struct cred *who, gid_t gid)
{
	if (who->gid == gid)
		return true;
	for (size_t i = 0; i < who->group_count; i++) {
		if (who->groups[i] == gid)
			return true;
	}
	return false;
}

static unsigned
class_bits(const struct facts *facts, unsigned shift)
{
	return (unsigned)facts->mode >> shift & 7;
}

static unsigned
acl_mask(const struct acl *acl)
{
	for (uint32_t i = 0; i < acl->count; i++) {
		if (acl->entries[i].tag == ACL_TAG_MASK)
			return acl->entries[i].bits;
	}
	return 7;
}

/* An entry spoke: what it gives, and what the mask leaves of it. */
static void
settle(struct access_explained *ex, enum access_class class,
    const struct acl_entry *entry, bool masked)
{
	unsigned mask = masked ? ex->mask : 7;

	ex->class = class;
	ex->class_id = entry->id;
	ex->entry = entry->bits & 7;
	ex->have = ex->entry & mask;
	ex->granted = (ex->have & ex->need) == ex->need;
	ex->cut_by_mask = !ex->granted && (ex->entry & ex->need) == ex->need;
}

static const struct acl_entry *
named_user_entry(const struct cred *who, const struct acl *acl)
{
	for (uint32_t i = 0; i < acl->count; i++) {
		if (acl->entries[i].tag == ACL_TAG_USER &&
		    acl->entries[i].id == who->uid)
			return &acl->entries[i];
	}
	return NULL;
}

static bool
is_group_of(const struct cred *who, const struct facts *facts,
    const struct acl_entry *entry)
{
	if (entry->tag == ACL_TAG_GROUP_OBJ)
		return access_in_group(who, facts->gid);
	return entry->tag == ACL_TAG_GROUP && access_in_group(who, entry->id);
}

/*
 * The first group entry that has all wanted bits; if none has, the first one
 * that concerns the identity at all, for the explanation.
 */
static const struct acl_entry *
group_entry(const struct cred *who, const struct facts *facts, unsigned need)
{
	const struct acl_entry *entry, *first = NULL;

	for (uint32_t i = 0; i < facts->acl.count; i++) {
		entry = &facts->acl.entries[i];
		if (!is_group_of(who, facts, entry))
			continue;
		if ((entry->bits & need) == need)
			return entry;
		if (first == NULL)
			first = entry;
	}
	return first;
}

static void
explain_acl(const struct cred *who, const struct facts *facts,
    struct access_explained *ex)
{
	const struct acl_entry *entry = named_user_entry(who, &facts->acl);
	struct acl_entry other = { .bits = (uint16_t)class_bits(facts, 0) };

	if (entry != NULL) {
		settle(ex, ACCESS_CLASS_NAMED_USER, entry, true);
		return;
	}
	entry = group_entry(who, facts, ex->need);
	if (entry != NULL) {
		settle(ex,
		    entry->tag == ACL_TAG_GROUP ? ACCESS_CLASS_NAMED_GROUP
						: ACCESS_CLASS_GROUP,
		    entry, true);
		return;
	}
	settle(ex, ACCESS_CLASS_OTHER, &other, false);
}

static void
explain_mode(const struct cred *who, const struct facts *facts,
    struct access_explained *ex)
{
	bool in_group = access_in_group(who, facts->gid);
	struct acl_entry bits = {
		.bits = (uint16_t)class_bits(facts, in_group ? 3 : 0),
	};

	settle(ex, in_group ? ACCESS_CLASS_GROUP : ACCESS_CLASS_OTHER, &bits,
	    false);
}

/* An ACL that the kernel skips although it names the identity. */
static bool
names_identity(const struct cred *who, const struct facts *facts)
{
	const struct acl_entry *entry;

	if (named_user_entry(who, &facts->acl) != NULL)
		return true;
	for (uint32_t i = 0; i < facts->acl.count; i++) {
		entry = &facts->acl.entries[i];
		if (entry->tag == ACL_TAG_GROUP &&
		    access_in_group(who, entry->id))
			return true;
	}
	return false;
}

/*
 * Whether the identity is refused only because a narrower class of the mode
 * bits speaks.  A named ACL entry that refuses was meant so.
 */
static bool
is_shadowed(const struct cred *who, const struct access_explained *ex,
    const struct facts *facts)
{
	if (ex->granted || ex->cut_by_mask)
		return false;
	if (ex->class != ACCESS_CLASS_OWNER && ex->class != ACCESS_CLASS_GROUP)
		return false;
	if (ex->class == ACCESS_CLASS_OWNER &&
	    access_in_group(who, facts->gid) &&
	    (class_bits(facts, 3) & ex->need) == ex->need)
		return true;
	return (class_bits(facts, 0) & ex->need) == ex->need;
}

void
access_explain(const struct cred *who, const struct facts *facts, unsigned need,
    struct access_explained *ex)
{
	struct acl_entry owner = { .bits = (uint16_t)class_bits(facts, 6) };

	*ex = (struct access_explained){
		.need = need,
		.has_acl = facts->acl.count > 0 || facts->acl.cut,
		.mask = acl_mask(&facts->acl),
		.known = who->uid != 0 && facts->mode != 0,
	};
	if (who->uid == facts->uid) {
		settle(ex, ACCESS_CLASS_OWNER, &owner, false);
	} else if (ex->has_acl && class_bits(facts, 3) != 0) {
		ex->known = ex->known && !facts->acl.cut;
		explain_acl(who, facts, ex);
	} else {
		explain_mode(who, facts, ex);
		ex->acl_skipped = ex->has_acl && names_identity(who, facts);
	}
	ex->shadowed = is_shadowed(who, ex, facts);
}

bool
access_granted(const struct cred *who, const struct facts *facts, unsigned need)
{
	struct access_explained ex;

	if (who->uid == 0)
		return true;
	access_explain(who, facts, need, &ex);
	return ex.granted;
}

bool
access_world(const struct facts *facts, unsigned need)
{
	return (class_bits(facts, 0) & need) == need;
}

const char *access_class_name(enum access_class class)
{
	static const char *const names[] = {
#define X(id, name) [ACCESS_CLASS_##id] = name,
		ACCESS_CLASSES(X)
#undef X
	};

	return names[class];
}

const char *
access_bits_text(unsigned bits)
{
	static const char *const texts[] = { "---", "--x", "-w-", "-wx", "r--",
		"r-x", "rw-", "rwx" };

	return texts[bits & 7];
}
