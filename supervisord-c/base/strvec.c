/* SPDX-License-Identifier: ISC */
#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/strvec.h"
#include "base/xmalloc.h"

void
strvec_done(struct strvec *vec)
{
	for (size_t i = 0; i < vec->len; i++)
		free(vec->items[i]);
	free(vec->items);
	*vec = (struct strvec)STRVEC_INIT;
}

void
strvec_push_taken(struct strvec *vec, char *text)
{
	if (vec->len + 2 > vec->size) {
		vec->size = vec->size == 0 ? 4 : vec->size * 2;
		vec->items =
		    xreallocarray(vec->items, vec->size, sizeof(*vec->items));
	}
	vec->items[vec->len++] = text;
	vec->items[vec->len] = NULL;
}

void
strvec_push(struct strvec *vec, const char *text)
{
	strvec_push_taken(vec, xstrdup(text));
}

void
strvec_pushf(struct strvec *vec, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	strvec_push_taken(vec, xvasprintf(fmt, ap));
	va_end(ap);
}

int
strvec_find(const struct strvec *vec, const char *text)
{
	for (size_t i = 0; i < vec->len; i++) {
		if (strcmp(vec->items[i], text) == 0)
			return (int)i;
	}
	return -1;
}

static int
compare_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
strvec_sort(struct strvec *vec)
{
	if (vec->len > 1)
		qsort(vec->items, vec->len, sizeof(*vec->items),
		    compare_strings);
}

void
strvec_copy(struct strvec *to, const struct strvec *from)
{
	assert(to != from);
	for (size_t i = 0; i < from->len; i++)
		strvec_push(to, from->items[i]);
}

char *
strvec_join(const struct strvec *vec, const char *separator)
{
	struct strbuf buf = STRBUF_INIT;

	for (size_t i = 0; i < vec->len; i++) {
		if (i > 0)
			strbuf_addstr(&buf, separator);
		strbuf_addstr(&buf, vec->items[i]);
	}
	return strbuf_steal(&buf);
}

void
strvec_remove(struct strvec *vec, size_t index)
{
	assert(index < vec->len);
	free(vec->items[index]);
	memmove(vec->items + index, vec->items + index + 1,
	    (vec->len - index) * sizeof(*vec->items));
	vec->len--;
}

static char **
env_slot(const struct strvec *vec, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < vec->len; i++) {
		if (strncmp(vec->items[i], name, len) == 0 &&
		    vec->items[i][len] == '=')
			return &vec->items[i];
	}
	return NULL;
}

void
strvec_env_set(struct strvec *vec, const char *name, const char *value)
{
	char **slot = env_slot(vec, name);

	if (slot == NULL) {
		strvec_pushf(vec, "%s=%s", name, value);
		return;
	}
	free(*slot);
	*slot = xasprintf("%s=%s", name, value);
}

const char *
strvec_env_get(const struct strvec *vec, const char *name)
{
	char **slot = env_slot(vec, name);

	return slot == NULL ? NULL : *slot + strlen(name) + 1;
}
