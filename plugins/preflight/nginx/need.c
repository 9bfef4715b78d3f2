/* SPDX-License-Identifier: ISC */
#include <assert.h>
#include <string.h>

#include "base/xmalloc.h"

#include "preflight/nginx/need.h"

static const char *const kind_names[] = {
#define X(name, text) [NEED_##name] = text,
	NEED_KINDS(X)
#undef X
};

const char *
need_kind_name(enum need_kind kind)
{
	assert(kind >= 0 && kind < NEED_KIND_COUNT);
	return kind_names[kind];
}

/* Both path and URL have the rest of the URI put behind them. */
char *
need_uri(const struct need *need, const char *file)
{
	size_t len = strlen(need->path);

	if (need->url == NULL || strncmp(file, need->path, len) != 0)
		return NULL;
	file += len;
	if (*need->url != '\0' && need->url[strlen(need->url) - 1] == '/')
		file += strspn(file, "/");
	return xasprintf("%s%s", need->url, file);
}
