/* SPDX-License-Identifier: ISC */
#ifndef BASE_STRBUF_H
#define BASE_STRBUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Growable bytes with a NUL kept after the last one, so that data is always a
 * C string too.  Members may be read; only the functions change them.
 */
struct strbuf {
	char *data; /* never NULL after strbuf_init */
	size_t len;
	size_t size;
};

/* Ready without an initialiser call: data points to an empty string. */
#define STRBUF_INIT                                                            \
	{                                                                      \
		.data = (char *)"", .len = 0, .size = 0                        \
	}

void strbuf_init(struct strbuf *);
/* Frees the bytes; the buffer is empty and usable afterwards. */
void strbuf_done(struct strbuf *);
/* Empty, memory kept. */
void strbuf_clear(struct strbuf *);
void strbuf_add(struct strbuf *, const void *, size_t len);
void strbuf_addstr(struct strbuf *, const char *);
void strbuf_addch(struct strbuf *, char);
void strbuf_addf(struct strbuf *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void strbuf_vaddf(struct strbuf *, const char *fmt, va_list)
    __attribute__((format(printf, 2, 0)));
/* Room for len more bytes; returns where they go.  See strbuf_grew. */
char *strbuf_reserve(struct strbuf *, size_t len);
/* len bytes were written at what strbuf_reserve returned. */
void strbuf_grew(struct strbuf *, size_t len);
/* Removes len bytes at the front; len <= the length. */
void strbuf_consume(struct strbuf *, size_t len);
/* Cuts to len bytes; len <= the length. */
void strbuf_truncate(struct strbuf *, size_t len);
/* The text, which the caller frees; the buffer is empty afterwards. */
char *strbuf_steal(struct strbuf *);

#endif
