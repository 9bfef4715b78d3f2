/* SPDX-License-Identifier: ISC */
#ifndef BASE_STRVEC_H
#define BASE_STRVEC_H

#include <stddef.h>

/*
 * A vector of strings that it owns, with NULL after the last one: items can be
 * handed to execve as it is.  items is NULL while the vector is empty and new.
 */
struct strvec {
	char **items;
	size_t len;
	size_t size;
};

#define STRVEC_INIT                                                            \
	{                                                                      \
		.items = NULL, .len = 0, .size = 0                             \
	}

/* Frees all strings; the vector is empty and usable afterwards. */
void strvec_done(struct strvec *);
/* Appends a copy. */
void strvec_push(struct strvec *, const char *);
/* Appends the text itself, which the vector then owns. */
void strvec_push_taken(struct strvec *, char *);
void strvec_pushf(struct strvec *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Index of an equal string, or -1. */
int strvec_find(const struct strvec *, const char *);
/* Sorts by byte value (for UTF-8 that is code point order). */
void strvec_sort(struct strvec *);
void strvec_copy(struct strvec *to, const struct strvec *from);
/* All strings with the separator between them; the caller frees. */
char *strvec_join(const struct strvec *, const char *separator);
/* Removes the string at the index. */
void strvec_remove(struct strvec *, size_t index);

/*
 * The vector as an environment of "NAME=value" strings.
 */
/* Sets NAME, in place if it is there; at the end if not. */
void strvec_env_set(struct strvec *, const char *name, const char *value);
/* The value, borrowed, or NULL. */
const char *strvec_env_get(const struct strvec *, const char *name);

#endif
