/* SPDX-License-Identifier: ISC */
#ifndef BASE_PARSE_H
#define BASE_PARSE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Text that people wrote to values, with Supervisor's rules and error texts
 * (contract D2.4).  Each returns 0, or -1 with a sentence in *cause (which may
 * be NULL) and the output untouched.
 */

/*
 * As Python's int(): blanks around, a sign, digits with single underscores
 * between them.  Values beyond long long are clamped to its ends, as no option
 * can tell them apart.  "invalid literal for int() with base 10: 'x'".
 */
int parse_int(const char *, long long *, char **cause);
/* yes true on 1, no false off 0.  "not a valid boolean value: 'x'". */
int parse_bool(const char *, bool *, char **cause);
/* An integer with an optional kb, mb or gb.  Errors as parse_int, about the
 * lower-cased text without the suffix. */
int parse_bytes(const char *, long long *, char **cause);
/* As Python's int(x, 8).  "x can not be converted to an octal type". */
int parse_octal(const char *, long long *, char **cause);

/* Unicode white space as Python's str.isspace sees it: the length in bytes of
 * the one at p, 0 if there is none. */
size_t parse_space_len(const char *p);
/* A copy without such white space at both ends; the caller frees. */
char *parse_stripped(const char *);

#endif
