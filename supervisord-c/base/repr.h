/* SPDX-License-Identifier: ISC */
#ifndef BASE_REPR_H
#define BASE_REPR_H

#include <stddef.h>

/*
 * Text as Python's repr() shows it, which is how Supervisor quotes values in
 * its messages and tools match on them: 'x', or "it's" if there is a ' and no
 * ".  Control and unprintable characters are escaped.  Bytes that are not
 * UTF-8 are shown as \xNN.  The caller frees.
 */
char *repr(const char *);
char *repr_len(const char *, size_t len);
/* As Python's repr() of bytes: b'...' with every byte outside printable ASCII
 * escaped.  The caller frees. */
char *repr_bytes(const void *, size_t len);
/* "['a', 'b']" of a NULL-terminated vector; NULL counts as empty.  The caller
 * frees. */
char *repr_list(char *const *items);

#endif
