/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"

static _Noreturn void
out_of_memory(void)
{
	fputs("supervisord-c: out of memory\n", stderr);
	exit(1);
}

void *
xmalloc(size_t size)
{
	void *p = malloc(size == 0 ? 1 : size);

	if (p == NULL)
		out_of_memory();
	return p;
}

void *
xcalloc(size_t count, size_t size)
{
	void *p = calloc(count == 0 ? 1 : count, size == 0 ? 1 : size);

	if (p == NULL)
		out_of_memory();
	return p;
}

void *
xreallocarray(void *old, size_t count, size_t size)
{
	void *p = reallocarray(old, count == 0 ? 1 : count, size);

	if (p == NULL)
		out_of_memory();
	return p;
}

char *
xstrdup(const char *text)
{
	return xmemdup(text, strlen(text));
}

char *
xstrndup(const char *text, size_t len)
{
	return xmemdup(text, strnlen(text, len));
}

void *
xmemdup(const void *data, size_t len)
{
	char *copy = xmalloc(len + 1);

	if (len > 0)
		memcpy(copy, data, len);
	copy[len] = '\0';
	return copy;
}

char *
xvasprintf(const char *fmt, va_list ap)
{
	char *text;

	if (vasprintf(&text, fmt, ap) == -1)
		out_of_memory();
	return text;
}

char *
xasprintf(const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	return text;
}

int
cause_set(char **cause, const char *fmt, ...)
{
	char *text;
	va_list ap;

	if (cause == NULL)
		return -1;
	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	free(*cause);
	*cause = text;
	return -1;
}
