/* SPDX-License-Identifier: ISC */
#ifndef INI_DIALECT_H
#define INI_DIALECT_H

#include <stddef.h>

#include "base/strbuf.h"

/*
 * Supervisor's INI dialect, put into a form that the inih library reads exactly
 * (contract D2.1):
 *
 *	[3]			the header headers[3]
 *	command==/bin/cat%20-	the first piece of an option's value
 *	 +n%3b...		its next piece
 *
 * Bytes that could mean something to inih are written %xx, and no line is
 * longer than DIALECT_LINE_MAX.  The nth option is noted in options[n].
 */

#define DIALECT_LINE_MAX 190

struct dialect_header {
	char *name; /* of any length */
	unsigned int line;
};

struct dialect_option {
	char *key; /* lower case; in the text only if it is short */
	unsigned int line;
};

struct dialect {
	struct strbuf text;
	struct dialect_header *headers;
	size_t header_count;
	struct dialect_option *options;
	size_t option_count;
};

/*
 * data is NUL-terminated behind len.  name is what messages call the file.
 * Only, if not NULL, is the section that is kept, with [DEFAULT]; the rest is
 * read for its errors.  Returns -1 with the text of the usage error, *out
 * untouched.
 */
int dialect_read(const char *name, const char *data, size_t len,
    const char *only, struct dialect *out, char **cause);
void dialect_done(struct dialect *);

/* Appends the bytes of an escaped piece. */
void dialect_unescape(const char *piece, struct strbuf *);

#endif
