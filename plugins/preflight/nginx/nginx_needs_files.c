/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "preflight/nginx/nginx_needs.h"
#include "preflight/nginx/nginx_route.h"

/*
 * The settings that say how files are read, beside where they are.
 */

/* An absolute name is another request, and a variable may be one. */
static void
add_index(struct need *need, struct strvec *names, const char *name)
{
	if (name[0] == '/' || strchr(name, '$') != NULL)
		need->index_elsewhere = true;
	else
		strvec_push(names, name);
}

static void
set_index(struct need *need, const struct nginx_node *scope)
{
	const struct nginx_node *level = nginx_scope_level(scope, "index");
	const struct nginx_node *node;
	struct strvec names = STRVEC_INIT;

	if (level == NULL)
		strvec_push(&names, "index.html");
	else
		TAILQ_FOREACH(node, &level->children, entry)
			for (size_t i = 1; nginx_node_is(node, "index") &&
			     i < node->arg_count;
			     i++)
				add_index(need, &names, node->args[i]);
	need->index = names.items;
	need->index_count = names.len;
}

static void
set_symlinks(struct need *need, const struct nginx_node *scope,
    const struct nginx_text *docroot)
{
	const struct nginx_node *node =
	    nginx_scope_find(scope, "disable_symlinks");
	const char *how = node == NULL ? "off" : nginx_node_arg(node, 1);
	const char *from = node == NULL ? "" : nginx_node_arg(node, 2);
	struct strvec known = STRVEC_INIT;
	struct nginx_text text;

	need->symlinks_off = strcmp(how, "on") == 0;
	need->symlinks_owner = strcmp(how, "if_not_owner") == 0;
	if (strncmp(from, "from=", 5) != 0)
		return;
	if (docroot->variable == NULL)
		strvec_pushf(&known, "document_root=%s",
		    docroot->values.items[0]);
	nginx_vars_expand(scope, from + 5, &known, &text);
	if (text.variable == NULL)
		need->symlinks_from = xstrdup(text.values.items[0]);
	nginx_text_done(&text);
	strvec_done(&known);
}

static void
set_cache(struct need *need, const struct nginx_node *scope)
{
	need->cached =
	    strcmp(nginx_scope_value(scope, "open_file_cache", "off"), "off") !=
	    0;
	need->cached_errors =
	    need->cached && nginx_scope_on(scope, "open_file_cache_errors");
	need->cached_valid_s =
	    nginx_scope_seconds(scope, "open_file_cache_valid", 60);
}

/* More locations are not in a row, unless in a circle. */
#define NAMED_MAX 8

/* The argument of try_files that is not tried, but gone to: through all named
 * locations that try something themselves. */
static const char *
end_of_tries(const struct nginx_place *place,
    const struct nginx_node *try_files)
{
	const char *last = nginx_node_arg(try_files, try_files->arg_count - 1);
	const struct nginx_location *named;

	for (int i = 0; i < NAMED_MAX && last[0] == '@'; i++) {
		named = nginx_location_named(place->server, last);
		try_files = named == NULL
		    ? NULL
		    : nginx_node_child(named->node, "try_files");
		if (try_files == NULL || try_files->arg_count < 3)
			break;
		last = nginx_node_arg(try_files, try_files->arg_count - 1);
	}
	return last;
}

/* Whether the location that try_files ends in hands on to an application. */
static bool
falls_through(const struct nginx_needs *needs, const struct nginx_place *place,
    const struct nginx_node *try_files)
{
	const char *last = end_of_tries(place, try_files);
	const struct nginx_location *named;
	struct nginx_route route;
	bool result;
	char *uri;

	if (last[0] == '@') {
		named = nginx_location_named(place->server, last);
		return named != NULL &&
		    nginx_scope_content(named->node, NULL) ==
		    NGINX_CONTENT_PASS;
	}
	if (last[0] != '/')
		return false;
	uri = xstrndup(last, strcspn(last, "?$"));
	nginx_route_redirect(place->server, &needs->base, uri, &route);
	result = route.content == NGINX_CONTENT_PASS;
	nginx_route_done(&route);
	free(uri);
	return result;
}

const struct nginx_node *
nginx_needs_try_files(const struct nginx_place *place)
{
	const struct nginx_node *node =
	    nginx_node_child(place->node, "try_files");

	return node != NULL && node->arg_count >= 3 ? node : NULL;
}

static void
set_try_files(const struct nginx_needs *needs, const struct nginx_place *place,
    struct need *need)
{
	const struct nginx_node *node = nginx_needs_try_files(place);

	if (node == NULL)
		return;
	need->try_files = true;
	need->try_files_upstream =
	    nginx_scope_content(place->node, NULL) == NGINX_CONTENT_PASS ||
	    falls_through(needs, place, node);
}

/* How location and alias fit together; only where both are written. */
static void
set_slashes(const struct nginx_place *place, struct need *need)
{
	const struct nginx_location *location = place->location;
	const struct nginx_node *alias;
	const char *name, *path;
	bool name_slash, path_slash;

	if (location == NULL ||
	    (location->match != NGINX_MATCH_PREFIX &&
		location->match != NGINX_MATCH_PREFIX_FINAL))
		return;
	alias = nginx_node_child(location->node, "alias");
	if (alias == NULL)
		return;
	name = location->name;
	path = nginx_node_arg(alias, 1);
	name_slash = name[0] != '\0' && name[strlen(name) - 1] == '/';
	path_slash = path[0] != '\0' && path[strlen(path) - 1] == '/';
	need->slash_missing = name_slash && !path_slash;
	need->slash_escape = !name_slash && path_slash;
	need->slash_sibling = !name_slash && !path_slash;
}

/* Whether a request for a folder gets as far as its content: of what try_files
 * tries only a name with a slash behind it may be a folder. */
static bool
serves_folders(const struct nginx_place *place)
{
	const struct nginx_node *node = nginx_needs_try_files(place);
	const char *arg;

	if (node == NULL)
		return true;
	for (size_t i = 1; i + 1 < node->arg_count; i++) {
		arg = nginx_node_arg(node, i);
		if (*arg != '\0' && arg[strlen(arg) - 1] == '/')
			return true;
	}
	return false;
}

void
nginx_needs_set_files(const struct nginx_needs *needs,
    const struct nginx_place *place, const struct nginx_text *docroot,
    struct need *need)
{
	const struct nginx_node *scope = place->node;
	const char *gzip = nginx_scope_value(scope, "gzip_static", "off");
	const char *dav = nginx_scope_value(scope, "dav_methods", "off");

	set_index(need, scope);
	set_symlinks(need, scope, docroot);
	set_cache(need, scope);
	set_try_files(needs, place, need);
	set_slashes(place, need);
	need->autoindex = serves_folders(place) &&
	    (nginx_scope_on(scope, "autoindex") ||
		nginx_scope_on(scope, "random_index"));
	need->gzip_static = strcmp(gzip, "off") != 0;
	need->writable = strcmp(dav, "off") != 0;
}
