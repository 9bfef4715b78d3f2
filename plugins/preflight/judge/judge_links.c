/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "base/path_below.h"
#include "base/xmalloc.h"

#include "preflight/judge/judge_links.h"

/*
 * nginx counts from= by bytes: what precedes the slash after it may be a link,
 * and a path that is exactly it is not looked at.
 */

void
judge_links(const struct need *need, struct question *question)
{
	const char *from = need->symlinks_from;
	size_t len = from == NULL ? 0 : strlen(from);

	question->links = need->symlinks_off ? LINKS_REFUSE
	    : need->symlinks_owner	     ? LINKS_SAME_OWNER
					     : LINKS_FOLLOW;
	question->links_from = 0;
	if (len == 0 || strncmp(question->path, from, len) != 0)
		return;
	if (question->path[len] == '\0')
		question->links = LINKS_FOLLOW;
	else if (question->path[len] == '/')
		question->links_from = len;
	else if (from[len - 1] == '/')
		question->links_from = len - 1;
}

/* The path that the link names, without looking at the file system; the caller
 * frees. */
static char *
link_target(const struct tree_link *link)
{
	const char *slash = strrchr(link->path, '/');
	char *whole, *out, *part, *save = NULL;
	size_t len = 0;

	if (link->target[0] == '/' || slash == NULL)
		whole = xstrdup(link->target);
	else
		whole = xasprintf("%.*s/%s", (int)(slash - link->path),
		    link->path, link->target);
	out = xcalloc(strlen(whole) + 2, 1);
	for (part = strtok_r(whole, "/", &save); part != NULL;
	     part = strtok_r(NULL, "/", &save)) {
		if (strcmp(part, "..") == 0) {
			while (len > 0 && out[--len] != '/')
				;
			out[len] = '\0';
		} else if (strcmp(part, ".") != 0) {
			out[len++] = '/';
			memcpy(out + len, part, strlen(part) + 1);
			len += strlen(part);
		}
	}
	free(whole);
	return out;
}

bool
judge_link_is_foreign(const struct program_view *view,
    const struct tree_link *link)
{
	char *target = link_target(link);
	bool foreign = !path_is_inside(target, view->directory) &&
	    !path_is_inside(target, view->home);

	free(target);
	return foreign;
}
