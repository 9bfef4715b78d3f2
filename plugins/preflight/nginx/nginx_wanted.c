/* SPDX-License-Identifier: ISC */
#include "preflight/nginx/nginx_wanted.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "preflight/nginx/nginx_rewrite.h"
#include "preflight/nginx/nginx_route.h"

/*
 * From a file back to the URI that asks for it: path and URL of a need both
 * have the rest of the URI put behind them.
 */

/* Too long for nginx's buffers, too: nobody asks for that. */
#define URI_MAX (2 * PATH_MAX)

static bool
is_returned(const struct need *need, const char *uri)
{
	return nginx_rewrite_return(need->server->node, uri) != NULL ||
	    (need->location != NULL &&
		nginx_rewrite_return(need->location->node, uri) != NULL);
}

/* Whether the location answers for the URI as it is, or as the need's rewrite
 * makes it: then path ends with what the rewrite keeps. */
static bool
leads_to(const struct need *need, const char *uri)
{
	long rest;
	const struct nginx_rewrite *rewrite =
	    nginx_rewrite_of(need->location, uri, &rest);

	if (rewrite != need->rewrite || (rewrite != NULL && rest == -1) ||
	    nginx_rewrite_hides(need->server, uri) || is_returned(need, uri))
		return false;
	return nginx_route_leads_to(need->server, need->location, uri);
}

/* The same for a file that is found with something put behind the URI. */
static bool
leads_to_shorter(const struct need *need, char *uri)
{
	size_t len = strlen(uri), end = strlen(need->suffix);

	if (len < end || strcmp(uri + len - end, need->suffix) != 0)
		return false;
	uri[len - end] = '\0';
	if (leads_to(need, uri))
		return true;
	/* "$uri/index.html" is found for "/p/", too. */
	if (need->suffix[0] != '/')
		return false;
	uri[len - end] = '/';
	uri[len - end + 1] = '\0';
	return leads_to(need, uri);
}

/* The first index file of a folder is opened to be found where links are looked
 * at, also if another location answers for it then. */
static bool
is_found_as_index(const struct need *need, char *uri)
{
	char *name = strrchr(uri, '/');

	if ((!need->symlinks_off && !need->symlinks_owner) ||
	    need->index_count == 0 || name == NULL ||
	    strcmp(name + 1, need->index[0]) != 0)
		return false;
	name[1] = '\0';
	return leads_to(need, uri);
}

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
	if (n < 0 || (size_t)n >= sizeof(uri))
		return false;
	if (need->suffix != NULL)
		return leads_to_shorter(need, uri);
	return leads_to(need, uri) || is_found_as_index(need, uri);
}

bool (*nginx_wanted_filter(const struct need *need))(const char *, const void *)
{
	return need->server == NULL || need->url == NULL ||
		need->variable != NULL
	    ? NULL
	    : nginx_wanted;
}
