/* SPDX-License-Identifier: ISC */
#ifndef INI_CONVERSION_H
#define INI_CONVERSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

/* What stands for a conversion's argument. */
enum operand_kind {
	OPERAND_TEXT,
	OPERAND_INT,
	OPERAND_MAPPING, /* no name was given: the whole table */
	OPERAND_NONE,	 /* and it has been used up */
};

struct operand {
	enum operand_kind kind;
	const char *text;
	long long number;
};

/* One conversion of a format, such as "-05.3d". */
struct conversion {
	bool left, sign, blank, alternate, zero;
	size_t width;
	int precision; /* -1: none */
	uint32_t type; /* the character at its end */
	size_t index;  /* where that is, in characters, for messages */
};

/*
 * Appends the operand as the conversion shows it.  -1 with Python's reason in
 * *cause ("%d format: a real number is required, not str").
 */
int conversion_add(struct strbuf *, const struct conversion *,
    const struct operand *, char **cause);

#endif
