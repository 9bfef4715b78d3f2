/* SPDX-License-Identifier: ISC */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/xmalloc.h"

void
strbuf_init(struct strbuf *buf)
{
	*buf = (struct strbuf)STRBUF_INIT;
}

void
strbuf_done(struct strbuf *buf)
{
	if (buf->size > 0)
		free(buf->data);
	strbuf_init(buf);
}

char *
strbuf_reserve(struct strbuf *buf, size_t len)
{
	size_t need = buf->len + len + 1;
	size_t size = buf->size;

	assert(need > len);
	if (need > size) {
		if (size == 0)
			size = 64;
		while (size < need)
			size *= 2;
		buf->data =
		    xreallocarray(buf->size == 0 ? NULL : buf->data, size, 1);
		buf->size = size;
		buf->data[buf->len] = '\0';
	}
	return buf->data + buf->len;
}

void
strbuf_grew(struct strbuf *buf, size_t len)
{
	assert(buf->len + len < buf->size);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void
strbuf_clear(struct strbuf *buf)
{
	strbuf_truncate(buf, 0);
}

void
strbuf_truncate(struct strbuf *buf, size_t len)
{
	assert(len <= buf->len);
	buf->len = len;
	if (buf->size > 0)
		buf->data[len] = '\0';
}

void
strbuf_add(struct strbuf *buf, const void *data, size_t len)
{
	if (len == 0)
		return;
	memcpy(strbuf_reserve(buf, len), data, len);
	strbuf_grew(buf, len);
}

void
strbuf_addstr(struct strbuf *buf, const char *text)
{
	strbuf_add(buf, text, strlen(text));
}

void
strbuf_addch(struct strbuf *buf, char c)
{
	strbuf_add(buf, &c, 1);
}

void
strbuf_vaddf(struct strbuf *buf, const char *fmt, va_list ap)
{
	va_list again;
	int len;

	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	assert(len >= 0);
	vsnprintf(strbuf_reserve(buf, (size_t)len), (size_t)len + 1, fmt, ap);
	strbuf_grew(buf, (size_t)len);
}

void
strbuf_addf(struct strbuf *buf, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(buf, fmt, ap);
	va_end(ap);
}

void
strbuf_consume(struct strbuf *buf, size_t len)
{
	assert(len <= buf->len);
	if (len == 0)
		return;
	memmove(buf->data, buf->data + len, buf->len - len);
	strbuf_truncate(buf, buf->len - len);
}

char *
strbuf_steal(struct strbuf *buf)
{
	char *text = buf->size > 0 ? buf->data : xstrdup("");

	strbuf_init(buf);
	return text;
}
