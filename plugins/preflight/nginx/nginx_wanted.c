/* SPDX-License-Identifier: ISC */
#include "preflight/nginx/nginx_wanted.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "preflight/nginx/nginx_route.h"

/*
 * From a file back to the URI that asks for it: path and URL of a need both
 * have the rest of the URI put behind them.
 */

/* Too long for nginx's buffers, too: nobody asks for that. */
#define URI_MAX (2 * PATH_MAX)

bool
nginx_wanted(const char *relative, const void *arg)
{
	const struct need *need = arg;
	size_t len = strlen(need->path);
	bool slash = len > 0 && need->path[len - 1] == '/';
	char uri[URI_MAX];
	int n;

	n = snprintf(uri, sizeof(uri), "%s%s%s", need->url,
	    slash || *relative == '\0' ? "" : "/", relative);
	return n >= 0 && (size_t)n < sizeof(uri) &&
	    nginx_route_leads_to(need->server, need->location, uri);
}

bool (*nginx_wanted_filter(const struct need *need))(const char *, const void *)
{
	return need->server == NULL || need->url == NULL ||
		need->variable != NULL
	    ? NULL
	    : nginx_wanted;
}
