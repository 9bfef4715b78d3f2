/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/xmalloc.h"

#include "preflight/judge/conf_diff.h"
#include "preflight/nginx/image.h"
#include "preflight/nginx/nginx_location.h"

/*
 * A diff is only shown if it is right: the line has to hold the value exactly
 * once, and nothing else may depend on it.
 */

#define NEW_PLACE "/srv/www/"

/* The line of the need's directive without its end; NULL if it cannot be
 * read.  The caller frees. */
static char *
read_line(const struct judge *judge, const struct need *need)
{
	struct stat st;
	int fd = image_open(judge->image, need->file);
	/* It was one when it was parsed. */
	bool regular = fd != -1 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	FILE *file = regular ? fdopen(fd, "r") : NULL;
	char *line = NULL;
	size_t size = 0;
	ssize_t len = -1;

	if (file == NULL) {
		if (fd != -1)
			close(fd);
		return NULL;
	}
	for (unsigned number = 0; number < need->line; number++)
		len = getline(&line, &size, file);
	fclose(file);
	if (len <= 0) {
		free(line);
		return NULL;
	}
	line[strcspn(line, "\r\n")] = '\0';
	return line;
}

/* The diff that puts another value in the place of what is written there; NULL
 * if it cannot be told.  The caller frees. */
static char *
make_diff(const struct judge *judge, const struct need *need, const char *value)
{
	char *line =
	    judge->identity->other_root ? NULL : read_line(judge, need);
	const char *old = line == NULL ? NULL : strstr(line, need->written);
	char *diff = NULL;

	if (old != NULL && strstr(old + 1, need->written) == NULL)
		diff = xasprintf("--- %s\n+++ %s\n@@ -%u +%u @@\n-%s\n"
				 "+%.*s%s%s\n",
		    need->file, need->file, need->line, need->line, line,
		    (int)(old - line), line, value,
		    old + strlen(need->written));
	free(line);
	return diff;
}

/* A root counts for what stands beside it and below, too. */
static bool
is_of_this_alone(const struct need *need)
{
	const struct nginx_location *location = need->location;
	const struct nginx_node *node = location == NULL
	    ? NULL
	    : nginx_node_child(location->node, need->directive);

	return node != NULL && location->location_count == 0 &&
	    node->line == need->line && strcmp(node->file, need->file) == 0;
}

static bool
ends_with_slash(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && text[len - 1] == '/';
}

/* What the directive has to say when the tree lies below NEW_PLACE; NULL if
 * that cannot be told.  The caller frees. */
static char *
moved_value(const struct judge *judge, const struct need *need)
{
	const char *name = judge->view->name;

	if (need->variable != NULL || need->directive == NULL ||
	    need->written == NULL || need->file == NULL ||
	    name[strspn(name,
		"abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")] != '\0' ||
	    !is_of_this_alone(need) ||
	    (strcmp(need->directive, "alias") != 0 &&
		strcmp(need->directive, "root") != 0))
		return NULL;
	return xasprintf(NEW_PLACE "%s%s", name,
	    ends_with_slash(need->written) ? "/" : "");
}

/* Where nginx then looks for the tree; NULL if that cannot be told. */
static char *
moved_tree(const struct judge *judge, const struct need *need,
    const char *value)
{
	size_t len = strlen(need->written);

	if (strcmp(need->directive, "alias") == 0)
		return xstrdup(value);
	if (len == 0 || strncmp(need->path, need->written, len) != 0 ||
	    need->path[len] != '/')
		return NULL;
	return xasprintf(NEW_PLACE "%s%s", judge->view->name,
	    need->path + len - (need->written[len - 1] == '/'));
}

void
conf_diff_move(const struct judge *judge, const struct need *need, char **text,
    char **diff)
{
	char *value = moved_value(judge, need);
	char *tree = value == NULL ? NULL : moved_tree(judge, need, value);

	*diff = tree == NULL ? NULL : make_diff(judge, need, value);
	*text = *diff == NULL
	    ? NULL
	    : xasprintf("move the tree out of the home to %s, owner %s:%s, "
			"mode 2750 (Django: STATIC_ROOT), and change nginx's "
			"configuration:",
		  tree, judge->view->user, judge->group);
	free(value);
	free(tree);
}

void
conf_diff_slash(const struct judge *judge, struct finding *finding,
    const struct need *need)
{
	struct fix *fix = finding_add_fix(finding, "alias-slash");
	char *value = xasprintf("%s/", need->written);

	fix->text = xstrdup("end the alias with a slash, as the location does");
	fix->diff = make_diff(judge, need, value);
	fix->takes_effect = xstrdup("after a reload of nginx");
	fix->reload = true;
	free(value);
}
