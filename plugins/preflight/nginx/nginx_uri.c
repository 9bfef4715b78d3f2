/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "base/strbuf.h"
#include "preflight/nginx/nginx_uri.h"

/*
 * A URI as locations see it.
 */

/* Removes the last component; false if there is none. */
static bool
step_up(struct strbuf *path)
{
	const char *slash = memrchr(path->data, '/', path->len);

	if (slash == NULL)
		return false;
	strbuf_truncate(path, (size_t)(slash - path->data));
	return true;
}

/* Adds one component with the slash before it; false above the top. */
static bool
add_component(struct strbuf *path, const char *part, size_t len, bool last)
{
	if (len == 2 && memcmp(part, "/.", 2) == 0)
		len = last ? 1 : 0;
	else if (len == 3 && memcmp(part, "/..", 3) == 0) {
		if (!step_up(path))
			return false;
		len = last ? 1 : 0;
	}
	strbuf_add(path, part, len);
	return true;
}

char *
nginx_uri_normal(const char *uri, bool merge_slashes)
{
	struct strbuf path;

	strbuf_init(&path);
	while (*uri != '\0') {
		size_t len = strcspn(uri + 1, "/") + 1;
		bool last = uri[len] == '\0';

		/* The slash that follows stands for both. */
		if (!(len == 1 && !last && merge_slashes) &&
		    !add_component(&path, uri, len, last)) {
			strbuf_done(&path);
			return NULL;
		}
		uri += len;
	}
	return strbuf_steal(&path);
}
