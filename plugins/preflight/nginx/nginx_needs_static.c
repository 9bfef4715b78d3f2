/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "preflight/nginx/nginx_needs.h"
#include "preflight/nginx/nginx_rewrite.h"
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
	/* URIs that it does not take, or that no rewrite takes if it is NULL,
	 * are not meant. */
	const struct nginx_rewrite *rewrite;
	const char *suffix; /* put behind every URI, or NULL */
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

	memset(reach, 0, sizeof(*reach));
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
	if (location != NULL && location->internal &&
	    location->match != NGINX_MATCH_NAMED)
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
	need->suffix = reach->suffix == NULL ? NULL : xstrdup(reach->suffix);
	need->rewrite = reach->rewrite;
	need->is_file = reach->kind == NEED_INTERNAL_TREE && reach->whole &&
	    reach->docroot.variable == NULL;
	return need;
}

/* Whether what nginx asks itself for is answered with the file. */
static bool
is_answered_with(const struct nginx_needs *needs,
    const struct nginx_place *place, const char *uri, const char *path)
{
	struct nginx_route route;
	bool result;

	nginx_route_redirect(place->server, &needs->base, uri, &route);
	result = route.undecided || strvec_find(&route.files, path) != -1;
	nginx_route_done(&route);
	return result;
}

/* "location = /p/" has one of its index files asked for, which may be another
 * location's to answer. */
static void
add_exact_index(struct nginx_needs *needs, const struct nginx_place *place,
    const struct reach *reach, size_t root)
{
	struct need *need = add_reach(needs, place, reach, root, reach->uri);
	char *path, *uri;

	if (need == NULL || need->index_count == 0)
		return;
	path = xasprintf("%s%s", need->path, need->index[0]);
	free(need->path);
	need->path = path;
	need->optional = need->index_count > 1;
	if (reach->url == NULL)
		return;
	uri = xasprintf("%s%s", reach->url, need->index[0]);
	need->only_found = !is_answered_with(needs, place, uri, path);
	free(uri);
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
			need->optional = prefix > 0 || reach->whole;
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
		else
			need->is_file = need->kind == NEED_INTERNAL_TREE;
	}
	nginx_text_done(&text);
}

/* "$uri" and "$uri/" lead to what the URI says. */
static bool
is_plain_uri(const char *arg)
{
	size_t len = uri_length(arg);

	return len > 0 && (arg[len] == '\0' || strcmp(arg + len, "/") == 0);
}

/* Whether an argument before the last is "$uri". */
static bool
tries_uri(const struct nginx_node *try_files)
{
	for (size_t i = 1; i + 1 < try_files->arg_count; i++)
		if (is_plain_uri(try_files->args[i]))
			return true;
	return false;
}

/* "$uri.html": of the same folder only what ends so. */
static void
add_tried_suffix(struct nginx_needs *needs, const struct nginx_place *place,
    const struct reach *reach, const char *arg, size_t prefix,
    const char *suffix)
{
	struct reach longer = *reach;

	if (reach->whole)
		longer.uri = xasprintf("%s%s", reach->uri, suffix);
	else
		longer.suffix = suffix;
	add_tried_prefix(needs, place, &longer, arg, prefix);
	if (reach->whole)
		free(longer.uri);
}

/* An argument with the URI in it, from prefix on. */
static void
add_tried_uri(struct nginx_needs *needs, const struct nginx_place *place,
    const struct reach *reach, const char *arg, size_t prefix)
{
	const char *suffix = arg + prefix + uri_length(arg + prefix);

	if (strcmp(suffix, "") == 0 || strcmp(suffix, "/") == 0)
		add_tried_prefix(needs, place, reach, arg, prefix);
	else if (strchr(suffix, '$') != NULL)
		add_tried_text(needs, place, reach, arg);
	else
		add_tried_suffix(needs, place, reach, arg, prefix, suffix);
}

static void
add_tried(struct nginx_needs *needs, const struct nginx_place *place,
    const struct reach *reach, const struct nginx_node *try_files)
{
	bool by_uri = tries_uri(try_files);
	/* Whatever a regex takes has been taken with its end. */
	bool whole_folder = place->location == NULL ||
	    !nginx_location_is_regex(place->location);

	if (by_uri)
		add_uri(needs, place, reach);
	for (size_t i = 1; i + 1 < try_files->arg_count; i++) {
		const char *arg = try_files->args[i];
		size_t prefix = strcspn(arg, "$");

		if (is_plain_uri(arg) ||
		    (prefix == 0 && uri_length(arg) > 0 && by_uri &&
			whole_folder && !reach->whole))
			continue;
		if (uri_length(arg + prefix) > 0)
			add_tried_uri(needs, place, reach, arg, prefix);
		else
			add_tried_text(needs, place, reach, arg);
	}
}

/*
 * Rewrites
 */

static void
add_content(struct nginx_needs *needs, const struct nginx_place *place,
    const struct reach *reach)
{
	const struct nginx_node *try_files = nginx_needs_try_files(place);

	if (try_files != NULL)
		add_tried(needs, place, reach, try_files);
	else
		add_uri(needs, place, reach);
}

/* Whether a rewrite takes all that could be asked for. */
static bool
is_rewritten(const struct nginx_place *place, const struct reach *reach)
{
	static const char *const below[] = { "", "x7Qz", "x7Qz/y.html" };
	const char *url = reach->url == NULL ? "/" : reach->url;
	size_t count = reach->whole ? 1 : sizeof(below) / sizeof(below[0]);
	long rest;

	for (size_t i = 0; i < count; i++) {
		char *uri = xasprintf("%s%s", url, below[i]);
		bool taken =
		    nginx_rewrite_of(place->location, uri, &rest) != NULL;

		free(uri);
		if (!taken)
			return false;
	}
	return true;
}

static void
replace(char **text, const char *with)
{
	free(*text);
	*text = with == NULL ? NULL : xstrdup(with);
}

/* Puts the new URIs in the place of the old ones; false if none of the
 * location's URIs is taken. */
static bool
use_rewritten(struct reach *reach, const struct nginx_rewritten *found)
{
	const char *from = found->from;
	char *end;

	if (found->whole)
		reach->whole = true;
	if (found->whole && reach->docroot.variable == NULL &&
	    reach->kind == NEED_STATIC_TREE)
		reach->kind = NEED_STATIC_FILE;
	if (from == NULL || reach->url == NULL) {
		replace(&reach->uri, found->to);
		replace(&reach->url, NULL);
		return true;
	}
	if (strncmp(from, reach->url, strlen(reach->url)) == 0) {
		replace(&reach->uri, found->to);
		replace(&reach->url, from);
		return true;
	}
	if (strncmp(from, reach->url, strlen(from)) != 0)
		return false;
	end = xasprintf("%s%s", found->to, reach->url + strlen(from));
	replace(&reach->uri, end);
	free(end);
	return true;
}

/* What the first of several captures stands for nobody knows. */
static void
add_rewritten_part(struct nginx_needs *needs, const struct nginx_place *place,
    const struct reach *reach, const struct nginx_rewritten *found)
{
	struct need *need = add_reach(needs, place, reach, 0, found->to);

	if (need == NULL)
		return;
	replace(&need->url, NULL);
	if (need->variable == NULL)
		need->variable = xstrdup(found->variable);
	replace(&need->written, nginx_node_arg(reach->rewrite->node, 2));
}

static void
add_rewritten(struct nginx_needs *needs, const struct nginx_place *place,
    const struct nginx_rewrite *rewrite)
{
	struct nginx_rewritten found;
	struct reach reach;

	set_reach(needs, place, &reach);
	reach.rewrite = rewrite;
	nginx_rewrite_read(rewrite, &found);
	if (found.variable != NULL)
		add_rewritten_part(needs, place, &reach, &found);
	else if (use_rewritten(&reach, &found))
		add_content(needs, place, &reach);
	nginx_rewritten_done(&found);
	reach_done(&reach);
}

static bool
has_rewrites(const struct nginx_place *place)
{
	return place->location != NULL && place->location->rewrites.count > 0;
}

/* nginx answers 500 where an alias meets a new URI. */
static void
add_all_rewritten(struct nginx_needs *needs, const struct nginx_place *place)
{
	const struct nginx_location *location = place->location;

	if (location == NULL || place->nameless ||
	    nginx_scope_docroot(place->node).alias)
		return;
	for (size_t i = 0; i < location->rewrites.count; i++)
		if (nginx_rewrite_stays(&location->rewrites.items[i]))
			add_rewritten(needs, place,
			    &location->rewrites.items[i]);
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

/* Whether an error_page of the block names the URI. */
static bool
shows_error(const struct nginx_node *block, const char *uri)
{
	const struct nginx_node *node;

	TAILQ_FOREACH(node, &block->children, entry)
		if ((node->block && shows_error(node, uri)) ||
		    (nginx_node_is(node, "error_page") &&
			strcmp(nginx_node_arg(node, node->arg_count - 1),
			    uri) == 0))
			return true;
	return false;
}

/* An internal location that only an error page leads to is that page's need. */
static bool
is_error_location(const struct nginx_place *place)
{
	const struct nginx_location *location = place->location;
	const struct nginx_node *level;

	if (location == NULL || location->match != NGINX_MATCH_EXACT ||
	    !location->internal)
		return false;
	level = nginx_scope_level(place->server->node, "error_page");
	return shows_error(place->server->node, location->name) ||
	    (level != NULL && level != place->server->node &&
		shows_error(level, location->name));
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
	struct reach reach;
	size_t first;

	add_code(needs, place);
	/* A "return" is for what no rewrite has taken before it. */
	if (nginx_scope_content(place->node, NULL) == NGINX_CONTENT_RETURN)
		add_all_rewritten(needs, place);
	if (!reads_files(needs, place))
		return;
	set_reach(needs, place, &reach);
	first = needs->count;
	if (!is_rewritten(place, &reach))
		add_content(needs, place, &reach);
	/* What is asked for may all be what a rewrite takes. */
	for (; has_rewrites(place) && first < needs->count; first++)
		needs->items[first].optional = true;
	reach_done(&reach);
	add_all_rewritten(needs, place);
}
