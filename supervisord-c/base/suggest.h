/* SPDX-License-Identifier: ISC */
#ifndef BASE_SUGGEST_H
#define BASE_SUGGEST_H

/*
 * For "did you mean": the candidate nearest to a mistyped word, borrowed from
 * the NULL-terminated list, or NULL if none is near enough to be worth saying.
 * Case does not count; two swapped neighbours count as one slip.
 */
const char *suggest(const char *word, const char *const *candidates);

#endif
