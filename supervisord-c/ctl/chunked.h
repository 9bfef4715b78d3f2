/* SPDX-License-Identifier: ISC */
#ifndef CTL_CHUNKED_H
#define CTL_CHUNKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/strbuf.h"

enum chunked_state {
	CHUNKED_SIZE, /* in the line with the size */
	CHUNKED_DATA,
	CHUNKED_DATA_END, /* in the line end behind the data */
	CHUNKED_TRAILER,  /* behind the last chunk */
	CHUNKED_DONE,
};

/* A body in chunks, of which any piece may have come so far. */
struct chunked {
	enum chunked_state state;
	uint64_t left;	   /* size being read, or bytes left of the chunk */
	bool has_size;	   /* a digit was seen */
	bool in_extension; /* behind the size, until the line ends */
	bool line_empty;   /* of the trailer, so far */
};

#define CHUNKED_INIT                                                           \
	{                                                                      \
		.state = CHUNKED_SIZE                                          \
	}

/*
 * Reads the next len bytes of the connection and appends the data in them.
 * Returns how many bytes were used: less than len only once the body has ended
 * (state CHUNKED_DONE); -1 if they are not a chunked body.
 */
ssize_t chunked_feed(struct chunked *, const char *, size_t len,
    struct strbuf *out);

#endif
