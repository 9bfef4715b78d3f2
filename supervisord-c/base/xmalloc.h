/* SPDX-License-Identifier: ISC */
#ifndef BASE_XMALLOC_H
#define BASE_XMALLOC_H

#include <stdarg.h>
#include <stddef.h>

/*
 * Small allocations whose size our own code decides.  They never return NULL:
 * a process that cannot get a few bytes ends with a message and status 1.
 * What a peer or a file sizes uses calloc and realloc with a limit instead.
 * The caller frees every result with free().
 */
void *xmalloc(size_t);
void *xcalloc(size_t count, size_t size);
/* As realloc for an array; count * size may not overflow. */
void *xreallocarray(void *, size_t count, size_t size);
char *xstrdup(const char *);
/* At most len bytes of the text, and a NUL. */
char *xstrndup(const char *, size_t len);
/* A copy of len bytes; a NUL is put after them. */
void *xmemdup(const void *, size_t len);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *xvasprintf(const char *fmt, va_list)
    __attribute__((format(printf, 1, 0)));

/*
 * Sets *cause (freeing what was there) to a formatted sentence and returns -1,
 * so that a function that refuses something a person wrote can end in
 * "return cause_set(cause, ...)".  cause may be NULL.
 */
int cause_set(char **cause, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
