/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <uthash.h>

#include "base/xmalloc.h"
#include "preflight/probe/memory.h"

struct kept {
	char *key;
	void *value;
	void (*done)(void *);
	UT_hash_handle hh;
};

struct probe_memory {
	struct kept *kept;
	struct strvec *hung;
};

struct probe_memory *
probe_memory_create(void)
{
	struct probe_memory *memory = xcalloc(1, sizeof(*memory));

	memory->hung = xcalloc(1, sizeof(*memory->hung));
	return memory;
}

void
probe_memory_free(struct probe_memory *memory)
{
	struct kept *one, *next;

	if (memory == NULL)
		return;
	HASH_ITER(hh, memory->kept, one, next)
	{
		HASH_DEL(memory->kept, one);
		one->done(one->value);
		free(one->key);
		free(one);
	}
	strvec_done(memory->hung);
	free(memory->hung);
	free(memory);
}

struct strvec *
probe_memory_hung(const struct probe_memory *memory)
{
	return memory->hung;
}

void *
probe_memory_get(const struct probe_memory *memory, const struct strbuf *key)
{
	struct kept *one;

	HASH_FIND(hh, memory->kept, key->data, key->len, one);
	return one == NULL ? NULL : one->value;
}

void
probe_memory_put(struct probe_memory *memory, const struct strbuf *key,
    void *value, void (*done)(void *))
{
	struct kept *one = xcalloc(1, sizeof(*one));

	one->key = xmemdup(key->data, key->len);
	one->value = value;
	one->done = done;
	HASH_ADD_KEYPTR(hh, memory->kept, one->key, key->len, one);
}

void
memory_key(struct strbuf *key, enum memory_kind kind)
{
	strbuf_init(key);
	memory_key_number(key, kind);
}

void
memory_key_seen(struct strbuf *key, enum memory_kind kind,
    const struct identity *worker, const struct cred *app)
{
	memory_key(key, kind);
	memory_key_view(key, worker->proc_fd, worker->image);
	memory_key_cred(key, &worker->cred);
	memory_key_cred(key, app != NULL ? app : &worker->cred);
}

void
memory_key_number(struct strbuf *key, uint64_t number)
{
	strbuf_add(key, &number, sizeof(number));
}

void
memory_key_text(struct strbuf *key, const char *text)
{
	memory_key_number(key, text == NULL ? UINT64_MAX : strlen(text));
	if (text != NULL)
		strbuf_addstr(key, text);
}

void
memory_key_cred(struct strbuf *key, const struct cred *cred)
{
	memory_key_number(key, cred->uid);
	memory_key_number(key, cred->gid);
	memory_key_number(key, cred->group_count);
	strbuf_add(key, cred->groups, cred->group_count * sizeof(gid_t));
}

void
memory_key_view(struct strbuf *key, int proc_fd, const char *image)
{
	struct stat st = { .st_ino = 0 };

	/* A process has an inode of its own in /proc. */
	if (proc_fd != -1)
		fstat(proc_fd, &st);
	memory_key_number(key, proc_fd != -1);
	memory_key_number(key, st.st_ino);
	memory_key_text(key, image);
}

bool
memory_key_same(const struct strbuf *a, const struct strbuf *b)
{
	return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}
