/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/suggest.h"

#define WORD_MAX 63

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool
same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Damerau-Levenshtein distance (optimal string alignment) by three rows. */
static size_t
distance(const char *a, size_t alen, const char *b, size_t blen)
{
	size_t rows[3][WORD_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *row = rows[2], *spare;

	for (size_t j = 0; j <= blen; j++)
		last[j] = j;
	for (size_t i = 1; i <= alen; i++) {
		row[0] = i;
		for (size_t j = 1; j <= blen; j++) {
			row[j] = least(least(last[j], row[j - 1]) + 1,
			    last[j - 1] + !same(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) &&
			    same(a[i - 2], b[j - 1]))
				row[j] = least(row[j], before[j - 2] + 1);
		}
		spare = before;
		before = last;
		last = row;
		row = spare;
	}
	return last[blen];
}

const char *
suggest(const char *word, const char *const *candidates)
{
	size_t len = strlen(word), clen, d;
	size_t best = least(len / 3 + 1, 3) + 1;
	const char *found = NULL;

	if (len > WORD_MAX)
		return NULL;
	for (; *candidates != NULL; candidates++) {
		clen = strlen(*candidates);
		if (clen > WORD_MAX)
			continue;
		d = distance(word, len, *candidates, clen);
		if (d < best && d < clen) {
			best = d;
			found = *candidates;
		}
	}
	return found;
}
