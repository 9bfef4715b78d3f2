/* SPDX-License-Identifier: ISC */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Encoding rules: RFC 3629 (no overlong forms, no surrogates). */

/* Bytes of the character at p, of which len are there; 0 if it is not a valid
 * sequence.  *code is set only for a valid one. */
size_t utf8_decode(const char *p, size_t len, uint32_t *code);
bool utf8_valid(const char *, size_t len);
/* The character's bytes, UTF8_MAX at most, to out; their number, 0 if there is no
 * such character (above UTF8_CODE_MAX, or a surrogate). */
size_t utf8_encode(uint32_t code, char *out);
/* Characters in valid UTF-8; an invalid byte counts as one. */
size_t utf8_count(const char *, size_t len);
/* How many bytes at the end are the beginning of a character whose rest may
 * still come: 0 to 3. */
size_t utf8_partial_tail(const char *, size_t len);
/* Whether Python's str.isprintable would say so: used where messages quote
 * text as Python does.  Unassigned code points count as printable. */
bool utf8_is_printable(uint32_t code);

#define UTF8_MAX	 4
#define UTF8_CODE_MAX	 0x10ffff
#define UTF8_REPLACEMENT "\xef\xbf\xbd"

#endif
