/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <sys/stat.h>

#include "preflight/probe/access.h"

static gid_t worker_groups[] = { 33, 70 };
static const struct cred worker = { 33, 33, worker_groups, 2 };

static struct facts
facts_of(mode_t mode, uid_t uid, gid_t gid)
{
	return (struct facts){ .mode = S_IFDIR | mode, .uid = uid, .gid = gid };
}

static void
add(struct facts *facts, enum acl_tag tag, uint32_t id, unsigned bits)
{
	struct acl_entry *entry = &facts->acl.entries[facts->acl.count++];

	entry->tag = (uint16_t)tag;
	entry->id = id;
	entry->bits = (uint16_t)bits;
}

static struct access_explained
explain(const struct facts *facts, unsigned need)
{
	struct access_explained ex;

	access_explain(&worker, facts, need, &ex);
	return ex;
}

Test(access, other_class)
{
	struct facts home = facts_of(0750, 1000, 1000);
	struct access_explained ex = explain(&home, ACCESS_SEARCH);

	cr_assert(ex.known && !ex.granted);
	cr_assert_eq(ex.class, ACCESS_CLASS_OTHER);
	cr_assert_eq(ex.have, 0);
	home.mode |= 01;
	cr_assert(explain(&home, ACCESS_SEARCH).granted);
}

Test(access, group_never_falls_through_to_other)
{
	struct facts home = facts_of(0701, 1000, 70);
	struct access_explained ex = explain(&home, ACCESS_SEARCH);

	cr_assert(!ex.granted);
	cr_assert_eq(ex.class, ACCESS_CLASS_GROUP);
	cr_assert(ex.shadowed, "PF110");
}

Test(access, owner_shadows_other)
{
	struct facts file = facts_of(0044, 33, 33);
	struct access_explained ex = explain(&file, ACCESS_READ);

	cr_assert(!ex.granted && ex.shadowed);
	cr_assert_eq(ex.class, ACCESS_CLASS_OWNER);
}

Test(access, owner_ignores_acl)
{
	struct facts file = facts_of(0470, 33, 1000);

	add(&file, ACL_TAG_USER, 33, 7);
	cr_assert(!explain(&file, ACCESS_WRITE).granted);
	cr_assert(explain(&file, ACCESS_READ).granted);
}

Test(access, mask_cuts_the_entry)
{
	struct facts home = facts_of(0740, 1000, 1000);
	struct access_explained ex;

	add(&home, ACL_TAG_USER_OBJ, 0, 7);
	add(&home, ACL_TAG_USER, 33, ACCESS_SEARCH);
	add(&home, ACL_TAG_GROUP_OBJ, 0, 0);
	add(&home, ACL_TAG_MASK, 0, ACCESS_READ);
	add(&home, ACL_TAG_OTHER, 0, 0);
	ex = explain(&home, ACCESS_SEARCH);
	cr_assert(!ex.granted && ex.cut_by_mask);
	cr_assert_eq(ex.class, ACCESS_CLASS_NAMED_USER);
	cr_assert_eq(ex.entry, ACCESS_SEARCH);
	cr_assert_eq(ex.mask, ACCESS_READ);
	cr_assert_eq(ex.have, 0);
}

Test(access, empty_mask_skips_even_a_denial)
{
	struct facts dir = facts_of(0705, 1000, 1000);
	struct access_explained ex;

	add(&dir, ACL_TAG_USER, 33, 0);
	add(&dir, ACL_TAG_MASK, 0, 0);
	ex = explain(&dir, ACCESS_SEARCH);
	cr_assert(ex.granted, "the kernel asks the other bits");
	cr_assert(ex.acl_skipped);
	cr_assert_eq(ex.class, ACCESS_CLASS_OTHER);
}

Test(access, named_user_beats_named_group)
{
	struct facts dir = facts_of(0770, 1000, 1000);
	struct access_explained ex;

	add(&dir, ACL_TAG_USER, 33, 0);
	add(&dir, ACL_TAG_GROUP, 70, 7);
	add(&dir, ACL_TAG_MASK, 0, 7);
	ex = explain(&dir, ACCESS_SEARCH);
	cr_assert(!ex.granted && !ex.shadowed);
	cr_assert_eq(ex.class, ACCESS_CLASS_NAMED_USER);
	cr_assert_eq(ex.class_id, 33);
}

Test(access, one_group_has_to_grant_all_bits)
{
	struct facts dir = facts_of(0777, 1000, 33);

	add(&dir, ACL_TAG_GROUP_OBJ, 0, ACCESS_READ);
	add(&dir, ACL_TAG_GROUP, 70, ACCESS_SEARCH);
	add(&dir, ACL_TAG_MASK, 0, 7);
	cr_assert(explain(&dir, ACCESS_READ).granted);
	cr_assert(explain(&dir, ACCESS_SEARCH).granted);
	cr_assert_not(explain(&dir, ACCESS_READ | ACCESS_SEARCH).granted);
}

Test(access, a_cut_acl_says_nothing)
{
	struct facts dir = facts_of(0777, 1000, 1000);

	dir.acl.cut = true;
	cr_assert_not(explain(&dir, ACCESS_SEARCH).known);
}

Test(access, decodes_the_kernels_form)
{
	static const unsigned char raw[] = { 2, 0, 0, 0, /* version */
		0x01, 0, 7, 0, 0xff, 0xff, 0xff, 0xff,	 /* */
		0x02, 0, 1, 0, 33, 0, 0, 0,		 /* */
		0x10, 0, 1, 0, 0xff, 0xff, 0xff, 0xff };
	struct acl acl = { .count = 9 };

	cr_assert_eq(acl_decode(raw, sizeof(raw), &acl), 0);
	cr_assert_eq(acl.count, 3);
	cr_assert_eq(acl.entries[1].tag, ACL_TAG_USER);
	cr_assert_eq(acl.entries[1].id, 33);
	cr_assert_eq(acl.entries[1].bits, ACCESS_SEARCH);
	cr_assert_eq(acl_decode(raw, sizeof(raw) - 1, &acl), -1);
	cr_assert_eq(acl.count, 0);
	cr_assert_eq(acl_decode("\x01\0\0\0", 4, &acl), -1);
	cr_assert_eq(acl_decode("", 0, &acl), -1);
}

Test(access, a_long_acl_is_marked)
{
	unsigned char raw[4 + 8 * (ACL_ENTRIES_KEPT + 1)] = { 2 };
	struct acl acl;

	cr_assert_eq(acl_decode(raw, sizeof(raw), &acl), 0);
	cr_assert(acl.cut);
	cr_assert_eq(acl.count, ACL_ENTRIES_KEPT);
	cr_assert_eq(acl_decode(raw, sizeof(raw) - 8, &acl), 0);
	cr_assert_not(acl.cut);
}

Test(access, bits_as_text)
{
	cr_assert_str_eq(access_bits_text(0), "---");
	cr_assert_str_eq(access_bits_text(ACCESS_SEARCH), "--x");
	cr_assert_str_eq(access_bits_text(6), "rw-");
	cr_assert_str_eq(access_class_name(ACCESS_CLASS_NAMED_USER),
	    "named user");
}
