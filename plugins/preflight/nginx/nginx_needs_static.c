/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "preflight/nginx/nginx_needs.h"
#include "preflight/nginx/nginx_route.h"

/*
 * What a location reads to answer with files: the part of the document root
 * that its name leads to, and what try_files adds (contract P2.7).
 */

/*
 * Which files
 */

/* What a location's requests have in common, and how it becomes a path. */
struct reach {
	const struct nginx_node *directive; /* root or alias, or NULL */
	struct nginx_text docroot;
	enum need_kind kind;
	char *uri;  /* put behind the document root */
	char *url;  /* the URIs that have it in front; NULL: none */
	bool whole; /* the URI is all, not only the beginning */
};

static bool
is_regex_alias(const struct nginx_place *place,
    const struct nginx_docroot *docroot)
{
	const struct nginx_location *location =
	    nginx_location_around(place->location, docroot->location);

	return docroot->alias && location != NULL &&
	    nginx_location_is_regex(location);
}

/* What all URIs of a place begin with: of a regex, the alias's location. */
static char *
common_uri(const struct nginx_place *place, const struct nginx_docroot *docroot)
{
	const struct nginx_location *location = place->location;

	if (location == NULL || location->match == NGINX_MATCH_NAMED)
		return xstrdup("/");
	if (!nginx_location_is_regex(location))
		return xstrdup(location->name);
	if (docroot->alias && docroot->location != NULL &&
	    !is_regex_alias(place, docroot))
		return xstrdup(nginx_location_name(docroot->location));
	return xstrdup("/");
}

static void
set_reach(const struct nginx_needs *needs, const struct nginx_place *place,
    struct reach *reach)
{
	const struct nginx_location *location = place->location;
	struct nginx_docroot docroot = nginx_scope_docroot(place->node);
	const char *skip = "";

	reach->directive = docroot.directive;
	nginx_path_docroot(place->node, NULL, &needs->base, &reach->docroot);
	reach->url = common_uri(place, &docroot);
	reach->whole = location != NULL && location->match == NGINX_MATCH_EXACT;
	reach->kind = NEED_STATIC_TREE;
	if (is_regex_alias(place, &docroot)) {
		reach->uri = xstrdup("");
		reach->whole = true;
	} else {
		if (docroot.alias && docroot.location != NULL)
			skip = nginx_location_name(docroot.location);
		if (strncmp(reach->url, skip, strlen(skip)) != 0)
			skip = "";
		reach->uri = xstrdup(reach->url + strlen(skip));
	}
	if (reach->whole && reach->docroot.variable == NULL)
		reach->kind = NEED_STATIC_FILE;
	if (location != NULL && location->internal)
		reach->kind = NEED_INTERNAL_TREE;
	if (location != NULL && location->match == NGINX_MATCH_NAMED) {
		free(reach->url);
		reach->url = NULL;
	}
}

static void
reach_done(struct reach *reach)
{
	nginx_text_done(&reach->docroot);
	free(reach->uri);
	free(reach->url);
}

/* One need: the document root with this behind it. */
static struct need *
add_reach(struct nginx_needs *needs, const struct nginx_place *place,
    const struct reach *reach, size_t root, const char *behind)
{
	const char *docroot = reach->docroot.values.items[root];
	struct need *need;
	char *path, *joined;

	if (reach->docroot.variable != NULL)
		behind = "";
	joined = xasprintf("%s%s", docroot, behind);
	path = nginx_path_clean(joined);
	free(joined);
	need =
	    nginx_needs_add(needs, place, reach->kind, reach->directive, path);
	if (need == NULL)
		return NULL;
	free(need->url);
	need->url = reach->url == NULL ? NULL : xstrdup(reach->url);
	need->one_of = reach->docroot.values.len > 1;
	if (reach->docroot.variable != NULL)
		need->variable = xstrdup(reach->docroot.variable);
	nginx_needs_set_files(needs, place, &reach->docroot, need);
	return need;
}

/* "location = /p/" reads one of its index files and no other. */
static void
add_exact_index(struct nginx_needs *needs, const struct nginx_place *place,
    const struct reach *reach, size_t root)
{
	struct need *need = add_reach(needs, place, reach, root, reach->uri);
	char *path;

	if (need == NULL || need->index_count == 0)
		return;
	path = xasprintf("%s%s", need->path, need->index[0]);
	free(need->path);
	need->path = path;
	need->optional = need->index_count > 1;
}

static bool
is_folder(const struct reach *reach, size_t root)
{
	const char *path = reach->uri[0] != '\0'
	    ? reach->uri
	    : reach->docroot.values.items[root];

	return path[0] != '\0' && path[strlen(path) - 1] == '/';
}

static void
add_uri(struct nginx_needs *needs, const struct nginx_place *place,
    const struct reach *reach)
{
	for (size_t i = 0; i < reach->docroot.values.len; i++) {
		if (reach->whole && reach->docroot.variable == NULL &&
		    is_folder(reach, i))
			add_exact_index(needs, place, reach, i);
		else
			add_reach(needs, place, reach, i, reach->uri);
	}
}

/*
 * try_files
 */

/* The length of "$uri" at the text, 0 if there is none. */
static size_t
uri_length(const char *text)
{
	char *name = NULL;
	size_t len = nginx_vars_reference(text, &name);

	if (len > 0 && strcmp(name, "uri") != 0 &&
	    strcmp(name, "document_uri") != 0)
		len = 0;
	free(name);
	return len;
}

/* "/static$uri": the same URIs below another folder. */
static void
add_tried_prefix(struct nginx_needs *needs, const struct nginx_place *place,
    const struct reach *reach, const char *arg, size_t prefix)
{
	for (size_t i = 0; i < reach->docroot.values.len; i++) {
		char *behind =
		    xasprintf("%.*s%s", (int)prefix, arg, reach->uri);
		struct need *need = add_reach(needs, place, reach, i, behind);

		if (need != NULL)
			need->optional = true;
		free(behind);
	}
}

/* Any other argument: one file, or undecided. */
static void
add_tried_text(struct nginx_needs *needs, const struct nginx_place *place,
    const struct reach *reach, const char *arg)
{
	struct nginx_text text;

	nginx_vars_expand(place->node, arg, NULL, &text);
	for (size_t i = 0; i < text.values.len; i++) {
		struct need *need =
		    add_reach(needs, place, reach, 0, text.values.items[i]);

		if (need == NULL)
			continue;
		need->optional = true;
		free(need->url);
		need->url = NULL;
		if (need->variable == NULL && text.variable != NULL)
			need->variable = xstrdup(text.variable);
		else if (need->kind == NEED_STATIC_TREE)
			need->kind = NEED_STATIC_FILE;
	}
	nginx_text_done(&text);
}

static void
add_tried(struct nginx_needs *needs, const struct nginx_place *place,
    const struct reach *reach, const struct nginx_node *try_files)
{
	bool uri_done = false;

	for (size_t i = 1; i + 1 < try_files->arg_count; i++) {
		const char *arg = try_files->args[i];
		size_t prefix = strcspn(arg, "$");

		if (prefix == 0 && uri_length(arg) > 0) {
			if (!uri_done)
				add_uri(needs, place, reach);
			uri_done = true;
		} else if (uri_length(arg + prefix) > 0)
			add_tried_prefix(needs, place, reach, arg, prefix);
		else
			add_tried_text(needs, place, reach, arg);
	}
}

/*
 * Places
 */

/* A server answers for itself only what no location takes. */
static bool
is_covered(const struct nginx_needs *needs, const struct nginx_server *server)
{
	static const char *const probes[] = { "/", "/x7Qz.html", "/x7Qz/y" };
	struct nginx_route route;
	bool covered = true;

	for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
		nginx_route_find(server, &needs->base, probes[i], &route);
		if (route.location == NULL && route.status == 0)
			covered = false;
		nginx_route_done(&route);
	}
	return covered;
}

/* An internal location that only an error page leads to is that page's need. */
static bool
is_error_location(const struct nginx_place *place)
{
	const struct nginx_node *level, *node;

	if (place->location == NULL ||
	    place->location->match != NGINX_MATCH_EXACT ||
	    !place->location->internal)
		return false;
	level = nginx_scope_level(place->server->node, "error_page");
	if (level == NULL)
		return false;
	TAILQ_FOREACH(node, &level->children, entry)
		if (nginx_node_is(node, "error_page") &&
		    strcmp(nginx_node_arg(node, node->arg_count - 1),
			place->location->name) == 0)
			return true;
	return false;
}

/* Code that runs before the content is chosen, or that is the content. */
static void
add_code(struct nginx_needs *needs, const struct nginx_place *place)
{
	const struct nginx_node *node;
	struct need *need;

	TAILQ_FOREACH(node, &place->node->children, entry) {
		if (!nginx_is_code(node))
			continue;
		need = nginx_needs_add(needs, place, NEED_STATIC_TREE, node,
		    xstrdup(""));
		need->variable = xstrdup(node->args[0]);
		need->by_code = true;
	}
}

static bool
reads_files(const struct nginx_needs *needs, const struct nginx_place *place)
{
	enum nginx_content content = nginx_scope_content(place->node, NULL);

	if (is_error_location(place))
		return false;
	/* A nameless block without a root of its own adds nothing. */
	if (place->nameless &&
	    (place->location == NULL ||
		nginx_node_child(place->node, "root") == NULL))
		return false;
	if (content == NGINX_CONTENT_PASS)
		return nginx_needs_try_files(place) != NULL;
	if (content != NGINX_CONTENT_FILES)
		return false;
	return place->location != NULL || !is_covered(needs, place->server);
}

void
nginx_needs_static(struct nginx_needs *needs, const struct nginx_place *place)
{
	const struct nginx_node *try_files = nginx_needs_try_files(place);
	struct reach reach;

	add_code(needs, place);
	if (!reads_files(needs, place))
		return;
	set_reach(needs, place, &reach);
	if (try_files != NULL)
		add_tried(needs, place, &reach, try_files);
	else
		add_uri(needs, place, &reach);
	reach_done(&reach);
}
