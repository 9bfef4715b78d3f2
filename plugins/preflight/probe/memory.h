/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_MEMORY_H
#define PREFLIGHT_MEMORY_H

#include <stdbool.h>

#include <stddef.h>

#include "base/strbuf.h"
#include "base/strvec.h"

#include "preflight/probe/probe.h"

/*
 * What one run has found out already.  Programs of one user, behind one nginx,
 * ask the same of the same places: each is asked once.  Keys are bytes that
 * say who asked, in whose view, and what.
 */

enum memory_kind {
	MEMORY_ANSWER,
	MEMORY_SURVEY,
	MEMORY_TREE,
	MEMORY_SCAN,
	MEMORY_SEEN,
};

struct probe_memory *probe_memory_create(void);
/* Frees everything that is kept; NULL is none. */
void probe_memory_free(struct probe_memory *);

/* Places that hung; see hung.h. */
struct strvec *probe_memory_hung(const struct probe_memory *);

/* What is kept under the key, NULL if there is nothing; stays the memory's. */
void *probe_memory_get(const struct probe_memory *, const struct strbuf *key);
/* Keeps the value, which the memory frees with done; there is none yet. */
void probe_memory_put(struct probe_memory *, const struct strbuf *key,
    void *value, void (*done)(void *));

/* Begins a key. */
void memory_key(struct strbuf *, enum memory_kind);
/* Begins the key of something seen in the worker's view, for the worker, by the
 * app or, if that is NULL, by the worker itself. */
void memory_key_seen(struct strbuf *, enum memory_kind,
    const struct identity *worker, const struct cred *app);
/* Adds a number, a text (NULL is not ""), an identity, a view. */
void memory_key_number(struct strbuf *, uint64_t);
void memory_key_text(struct strbuf *, const char *);
void memory_key_cred(struct strbuf *, const struct cred *);
/* proc_fd and image as in struct probe_as. */
void memory_key_view(struct strbuf *, int proc_fd, const char *image);
bool memory_key_same(const struct strbuf *, const struct strbuf *);

#endif
