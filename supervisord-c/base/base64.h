/* SPDX-License-Identifier: ISC */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stddef.h>

/* Standard alphabet, padded, never wrapped in lines; the caller frees. */
char *base64_encode(const void *, size_t len);
/*
 * Forgiving: characters outside the alphabet are skipped, what follows the
 * padding is ignored.  NULL if the padding does not fit; else the bytes with a
 * NUL behind, which the caller frees.
 */
char *base64_decode(const char *, size_t len, size_t *out_len);

#endif
