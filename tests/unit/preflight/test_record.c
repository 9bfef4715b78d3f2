/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "preflight/probe/record.h"

/* What a child sends with this record. */
static size_t
sent(struct record *record, const char *path, char *bytes, size_t size)
{
	int ends[2];
	ssize_t n;

	cr_assert(pipe(ends) == 0);
	record_send(ends[1], record, path);
	n = read(ends[0], bytes, size);
	close(ends[0]);
	close(ends[1]);
	return (size_t)n;
}

Test(record, comes_back)
{
	struct record record, got;
	char bytes[8192];
	const char *path;
	size_t len;

	record_init(&record, RECORD_ANSWER, 7);
	record.verdict = ANSWER_NO;
	record.why = WHY_READ;
	record.numbers[3] = -5;
	record.facts.mode = 0100644;
	record.facts.acl.count = 1;
	len = sent(&record, "/a/b", bytes, sizeof(bytes));
	for (size_t part = 0; part < len; part++)
		cr_assert_eq(record_parse(bytes, part, &got, &path), 0);
	cr_assert_eq(record_parse(bytes, len, &got, &path), (ptrdiff_t)len);
	cr_assert_eq(got.question, 7);
	cr_assert_eq(got.why, WHY_READ);
	cr_assert_eq(got.numbers[3], -5);
	cr_assert_eq(got.facts.acl.count, 1);
	cr_assert_eq(got.path_len, 4);
	cr_assert_eq(memcmp(path, "/a/b", 4), 0);
}

Test(record, without_facts_is_short)
{
	struct record record;
	char bytes[8192];

	record_init(&record, RECORD_BEGIN, 1);
	cr_assert_lt(sent(&record, NULL, bytes, sizeof(bytes)), 120);
}

Test(record, garbage_is_refused)
{
	struct record record, got;
	unsigned seed = 901;
	char bytes[8192], bad[8192];
	const char *path;
	size_t len;
	ptrdiff_t n;

	record_init(&record, RECORD_ANSWER, 1);
	record.facts.mode = 0100644;
	len = sent(&record, "/x", bytes, sizeof(bytes));
	bytes[0] ^= 1;
	cr_assert_eq(record_parse(bytes, len, &got, &path), -1);
	bytes[0] ^= 1;
	/* Whatever is changed: refused, or still within the bytes. */
	for (int i = 0; i < 20000; i++) {
		memcpy(bad, bytes, len);
		for (int k = 0; k < 3; k++)
			bad[(size_t)rand_r(&seed) % len] = (char)rand_r(&seed);
		n = record_parse(bad, len, &got, &path);
		cr_assert(n <= (ptrdiff_t)len);
		if (n > 0)
			cr_assert(
			    path >= bad && path + got.path_len <= bad + len);
		cr_assert_leq(got.facts.acl.count,
		    n > 0 ? ACL_ENTRIES_KEPT : UINT32_MAX);
	}
}
