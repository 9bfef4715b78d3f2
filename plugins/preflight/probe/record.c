/* SPDX-License-Identifier: ISC */
/*
 * Records between a probe child and its parent.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "preflight/probe/record.h"

#define RECORD_MAGIC 0x50465231u /* "PFR1" */
#define HEAD_BYTES   offsetof(struct record, facts)

void
record_init(struct record *record, enum record_kind kind, uint32_t question)
{
	memset(record, 0, sizeof(*record));
	record->magic = RECORD_MAGIC;
	record->kind = (uint16_t)kind;
	record->question = question;
}

static void
write_all(int fd, const char *data, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = write(fd, data, len);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			_exit(1);
		data += n;
		len -= (size_t)n;
	}
}

void
record_send(int fd, struct record *record, const char *path)
{
	struct iovec parts[3] = {
		{ record, HEAD_BYTES },
		{ &record->facts, sizeof(record->facts) },
		{ NULL, 0 },
	};
	ssize_t n;

	record->path_len = 0;
	record->has_facts =
	    record->facts.mode != 0 || record->facts.fs_type != 0;
	if (!record->has_facts)
		parts[1].iov_len = 0;
	if (path != NULL) {
		record->path_len = (uint16_t)strnlen(path, PATH_MAX);
		parts[2].iov_base = (char *)(uintptr_t)path;
		parts[2].iov_len = record->path_len;
	}
	do {
		n = writev(fd, parts, 3);
	} while (n == -1 && errno == EINTR);
	if (n == -1)
		_exit(1);
	for (int i = 0; i < 3; i++) {
		if ((size_t)n >= parts[i].iov_len) {
			n -= (ssize_t)parts[i].iov_len;
			continue;
		}
		write_all(fd, (char *)parts[i].iov_base + n,
		    parts[i].iov_len - (size_t)n);
		n = 0;
	}
}

/* Whether a bool in the facts has a value that a bool can have. */
static bool
is_bool(const void *flag)
{
	return *(const unsigned char *)flag <= 1;
}

static bool
are_facts(const struct facts *facts)
{
	return facts->acl.count <= ACL_ENTRIES_KEPT &&
	    facts->default_acl.count <= ACL_ENTRIES_KEPT &&
	    is_bool(&facts->read_only) && is_bool(&facts->no_acl) &&
	    is_bool(&facts->acl.cut) && is_bool(&facts->default_acl.cut);
}

ptrdiff_t
record_parse(const char *data, size_t len, struct record *record,
    const char **path)
{
	size_t need = HEAD_BYTES;

	memset(record, 0, sizeof(*record));
	if (len < need)
		return 0;
	memcpy(record, data, HEAD_BYTES);
	if (record->magic != RECORD_MAGIC || record->kind >= RECORD_KINDS ||
	    record->path_len > PATH_MAX || record->verdict > ANSWER_NO ||
	    record->why > WHY_NO_FEATURE)
		return -1;
	if (record->has_facts)
		need += sizeof(record->facts);
	if (len < need + record->path_len)
		return 0;
	if (record->has_facts)
		memcpy(&record->facts, data + HEAD_BYTES,
		    sizeof(record->facts));
	if (!are_facts(&record->facts))
		return -1;
	*path = data + need;
	return (ptrdiff_t)(need + record->path_len);
}
