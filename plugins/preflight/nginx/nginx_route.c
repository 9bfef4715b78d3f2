/* SPDX-License-Identifier: ISC */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "preflight/nginx/nginx_route.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "preflight/nginx/nginx_rewrite.h"
#include "preflight/nginx/nginx_uri.h"

/*
 * The order of nginx: an exact location ends the search, the longest prefix is
 * remembered and searched for nested locations, then regexes are tried in the
 * order they were written, unless the prefix says "^~".
 */

/* A regex that needs more steps than this is not decided. */
#define MATCH_LIMIT 100000

/* More named locations are not in a row, unless in a circle. */
#define NAMED_MAX 8

struct search {
	const struct nginx_server *server;
	const char *uri;
	bool inside; /* nginx asks itself: internal locations are open */
	bool bare;   /* only the location is wanted, not the captures */
	const struct nginx_location *found;
	struct strvec known; /* uri and the captures of the last regex */
	bool redirect;	     /* found is only lacking its slash */
	bool undecided;
};

enum outcome {
	DECLINED,
	AGAIN, /* a prefix: something better may follow */
	CHOSEN,
};

/*
 * Regexes
 */

static void
note_captures(struct search *search, pcre2_match_data *data, int count)
{
	PCRE2_SIZE *ends = pcre2_get_ovector_pointer(data);
	char name[2] = "1";

	for (int i = 1; i <= 9; i++, name[0]++) {
		char *value;

		if (i >= count || ends[2 * i] == PCRE2_UNSET)
			value = xstrdup("");
		else
			value = xstrndup(search->uri + ends[2 * i],
			    ends[2 * i + 1] - ends[2 * i]);
		strvec_env_set(&search->known, name, value);
		free(value);
	}
}

static bool
regex_matches(struct search *search, const pcre2_code *code)
{
	pcre2_match_context *context;
	pcre2_match_data *data;
	int count;

	if (code == NULL) {
		search->undecided = true;
		return false;
	}
	context = pcre2_match_context_create(NULL);
	data = pcre2_match_data_create_from_pattern(code, NULL);
	pcre2_set_match_limit(context, MATCH_LIMIT);
	count = pcre2_match(code, (PCRE2_SPTR)search->uri,
	    PCRE2_ZERO_TERMINATED, 0, 0, data, context);
	if (count > 0 && !search->bare)
		note_captures(search, data, count);
	if (count <= 0 && count != PCRE2_ERROR_NOMATCH)
		search->undecided = true;
	pcre2_match_data_free(data);
	pcre2_match_context_free(context);
	return count > 0;
}

static bool
pattern_matches(struct search *search, const char *pattern)
{
	PCRE2_SIZE offset;
	int error;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern,
	    PCRE2_ZERO_TERMINATED, 0, &error, &offset, NULL);
	bool matches = regex_matches(search, code);

	pcre2_code_free(code);
	return matches;
}

/*
 * Choosing a location
 */

static bool
is_static(const struct nginx_location *location)
{
	return location->match == NGINX_MATCH_PREFIX ||
	    location->match == NGINX_MATCH_PREFIX_FINAL ||
	    location->match == NGINX_MATCH_EXACT;
}

/* "/p" where only "/p/" is written and goes to an application. */
static bool
lacks_slash(const struct nginx_location *location, const char *uri)
{
	size_t len = strlen(uri);

	return strncmp(location->name, uri, len) == 0 &&
	    strcmp(location->name + len, "/") == 0 &&
	    nginx_scope_content(location->node, NULL) == NGINX_CONTENT_PASS;
}

/* The best of the locations that are not regexes. */
static enum outcome
find_static(struct search *search, const struct nginx_location *locations,
    size_t count)
{
	const struct nginx_location *best = NULL, *slash = NULL;
	size_t best_len = 0;

	for (size_t i = 0; i < count; i++) {
		const struct nginx_location *location = &locations[i];
		size_t len = strlen(location->name);

		if (!is_static(location))
			continue;
		if (lacks_slash(location, search->uri))
			slash = location;
		if (strncmp(location->name, search->uri, len) != 0)
			continue;
		if (location->match == NGINX_MATCH_EXACT) {
			if (search->uri[len] != '\0')
				continue;
			search->found = location;
			return CHOSEN;
		}
		if (best == NULL || len > best_len) {
			best = location;
			best_len = len;
		}
	}
	if (slash != NULL && (best == NULL || search->uri[best_len] != '\0')) {
		search->found = slash;
		search->redirect = true;
		return CHOSEN;
	}
	if (best == NULL)
		return DECLINED;
	search->found = best;
	return AGAIN;
}

static enum outcome
find_location(struct search *search, const struct nginx_location *locations,
    size_t count)
{
	enum outcome outcome = find_static(search, locations, count);
	bool final = false;

	if (outcome == AGAIN) {
		const struct nginx_location *found = search->found;

		final = found->match == NGINX_MATCH_PREFIX_FINAL;
		outcome = find_location(search, found->locations,
		    found->location_count);
	}
	if (outcome == CHOSEN)
		return outcome;
	for (size_t i = 0; !final && i < count; i++) {
		if (!nginx_location_is_regex(&locations[i]) ||
		    !regex_matches(search, locations[i].regex))
			continue;
		search->found = &locations[i];
		(void)find_location(search, locations[i].locations,
		    locations[i].location_count);
		return CHOSEN;
	}
	return outcome;
}

/*
 * The files of a location
 */

/* A file that try_files or the URI itself names. */
static void
add_file(struct nginx_route *route, const struct nginx_text *base,
    const char *skip, const char *uri)
{
	size_t len = strlen(skip);

	if (strncmp(uri, skip, len) == 0)
		uri += len;
	for (size_t i = 0; i < base->values.len; i++) {
		char *joined = xasprintf("%s%s", base->values.items[i], uri);

		strvec_push_taken(&route->files, nginx_path_clean(joined));
		free(joined);
	}
}

static void
add_indexes(struct nginx_route *route, const struct nginx_text *base,
    const char *skip, const char *uri)
{
	const struct nginx_node *level =
	    nginx_scope_level(route->scope, "index");
	const struct nginx_node *node;
	char *name;

	if (level == NULL) {
		name = xasprintf("%sindex.html", uri);
		add_file(route, base, skip, name);
		free(name);
		return;
	}
	TAILQ_FOREACH(node, &level->children, entry) {
		if (!nginx_node_is(node, "index"))
			continue;
		for (size_t i = 1; i < node->arg_count; i++) {
			name = xasprintf("%s%s", uri, node->args[i]);
			add_file(route, base, skip, name);
			free(name);
		}
	}
}

static bool
asks_for_index(const char *uri)
{
	size_t len = strlen(uri);

	return len > 0 && uri[len - 1] == '/';
}

static void
add_uri(struct nginx_route *route, const struct nginx_text *base,
    const char *skip, const char *uri)
{
	if (asks_for_index(uri))
		add_indexes(route, base, skip, uri);
	else
		add_file(route, base, skip, uri);
}

static void
add_tried(struct nginx_route *route, const struct nginx_text *base,
    const char *skip, const struct nginx_node *try_files,
    const struct strvec *known)
{
	for (size_t i = 1; i + 1 < try_files->arg_count; i++) {
		struct nginx_text text;

		nginx_vars_expand(route->scope, try_files->args[i], known,
		    &text);
		if (text.variable != NULL)
			route->undecided = true;
		for (size_t j = 0; text.variable == NULL && j < text.values.len;
		     j++)
			add_uri(route, base, skip, text.values.items[j]);
		nginx_text_done(&text);
	}
}

/* The alias of a regex is the whole file name. */
static bool
is_regex_alias(const struct nginx_route *route,
    const struct nginx_docroot *docroot)
{
	const struct nginx_location *location =
	    nginx_location_around(route->location, docroot->location);

	return docroot->alias && location != NULL &&
	    nginx_location_is_regex(location);
}

/* Where a request goes on that finds no file: a named location, or NULL. */
static const struct nginx_location *
named_next(const struct nginx_server *server, const struct nginx_node *scope)
{
	const struct nginx_node *try_files =
	    nginx_node_child(scope, "try_files");
	const struct nginx_node *level = nginx_scope_level(scope, "error_page");
	const struct nginx_node *node;

	if (try_files != NULL)
		return nginx_location_named(server,
		    nginx_node_arg(try_files, try_files->arg_count - 1));
	if (level == NULL)
		return NULL;
	TAILQ_FOREACH(node, &level->children, entry)
		for (size_t i = 1; nginx_node_is(node, "error_page") &&
		     i + 1 < node->arg_count;
		     i++)
			if (strcmp(node->args[i], "404") == 0)
				return nginx_location_named(server,
				    node->args[node->arg_count - 1]);
	return NULL;
}

/* The files of all named locations that the request may come to. */
static void
add_named(struct nginx_route *route, const struct nginx_base *base,
    const struct search *search)
{
	const struct nginx_location *named =
	    named_next(search->server, route->scope);
	const struct nginx_node *scope = route->scope, *try_files;
	struct nginx_text text;

	for (int i = 0; i < NAMED_MAX && named != NULL; i++) {
		route->scope = named->node;
		try_files = nginx_node_child(named->node, "try_files");
		nginx_path_docroot(named->node, &search->known, base, &text);
		if (text.variable == NULL &&
		    nginx_scope_content(named->node, NULL) ==
			NGINX_CONTENT_FILES) {
			if (try_files != NULL)
				add_tried(route, &text, "", try_files,
				    &search->known);
			else
				add_uri(route, &text, "", search->uri);
		}
		nginx_text_done(&text);
		named = named_next(search->server, named->node);
	}
	route->scope = scope;
}

static void
find_files(struct nginx_route *route, const struct nginx_base *base,
    const struct search *search)
{
	const struct nginx_node *try_files =
	    nginx_node_child(route->scope, "try_files");
	struct nginx_docroot docroot = nginx_scope_docroot(route->scope);
	const char *skip = "", *uri = search->uri;
	struct nginx_text text;
	bool whole;

	nginx_path_docroot(route->scope, &search->known, base, &text);
	if (text.variable != NULL) {
		route->undecided = true;
		nginx_text_done(&text);
		return;
	}
	whole = is_regex_alias(route, &docroot);
	if (whole)
		uri = "";
	else if (docroot.alias && docroot.location != NULL)
		skip = nginx_location_name(docroot.location);
	if (try_files != NULL)
		add_tried(route, &text, skip, try_files, &search->known);
	else if (whole && asks_for_index(search->uri))
		add_indexes(route, &text, skip, uri);
	else
		add_uri(route, &text, skip, uri);
	nginx_text_done(&text);
	add_named(route, base, search);
}

/*
 * Requests
 */

/* Rewrites of a level; only where they would lead is not followed. */
static void
apply_rewrites(struct nginx_route *route, struct search *search,
    const struct nginx_node *level)
{
	const struct nginx_node *node;

	TAILQ_FOREACH(node, &level->children, entry)
		if (nginx_node_is(node, "rewrite") &&
		    pattern_matches(search, nginx_node_arg(node, 1)))
			route->undecided = true;
}

static int
status_of(const struct nginx_route *route)
{
	int status;

	if (route->content == NGINX_CONTENT_DENIED)
		return 403;
	if (route->content != NGINX_CONTENT_RETURN)
		return 0;
	if (nginx_node_is(route->directive, "rewrite"))
		return strcmp(nginx_node_arg(route->directive, 3),
			   "permanent") == 0
		    ? 301
		    : 302;
	status = (int)strtol(nginx_node_arg(route->directive, 1), NULL, 10);
	/* "return URL" */
	return status == 0 ? 302 : status;
}

/* Whether a rewrite of the location lets it answer with another file. */
static bool
is_kept(const struct nginx_location *location, const char *uri)
{
	long rest;
	const struct nginx_rewrite *rewrite =
	    nginx_rewrite_of(location, uri, &rest);

	return rewrite != NULL && nginx_rewrite_stays(rewrite);
}

/* Whether the block returns what has this URI. */
static bool
is_returned(struct nginx_route *route, const struct nginx_node *block,
    const struct search *search)
{
	const struct nginx_node *returned =
	    nginx_rewrite_return(block, search->uri);

	if (returned == NULL)
		return false;
	route->content = NGINX_CONTENT_RETURN;
	route->directive = returned;
	route->status = status_of(route);
	return true;
}

static void
settle(struct nginx_route *route, const struct nginx_base *base,
    struct search *search)
{
	if (!search->inside && route->location != NULL &&
	    route->location->internal) {
		route->status = 404;
		return;
	}
	if (search->redirect) {
		route->content = NGINX_CONTENT_RETURN;
		route->status = 301;
		return;
	}
	if (is_returned(route, route->scope, search))
		return;
	route->content = nginx_scope_content(route->scope, &route->directive);
	/* A rewrite in front of "return" may have taken it. */
	if (route->content == NGINX_CONTENT_RETURN &&
	    is_kept(route->location, search->uri))
		route->content = NGINX_CONTENT_FILES;
	route->status = status_of(route);
	if (route->status != 0)
		return;
	apply_rewrites(route, search, route->scope);
	route->restricted = nginx_scope_restricted(route->scope);
	if (route->content == NGINX_CONTENT_CODE)
		route->undecided = true;
	if (route->content == NGINX_CONTENT_FILES)
		find_files(route, base, search);
}

static void
route_normal(const struct nginx_server *server, const struct nginx_base *base,
    struct search *search, struct nginx_route *route)
{
	strvec_env_set(&search->known, "uri", search->uri);
	strvec_env_set(&search->known, "document_uri", search->uri);
	route->content = nginx_scope_content(server->node, &route->directive);
	/* What the server returns, it does before it looks for a location. */
	if (route->content == NGINX_CONTENT_RETURN && !search->inside) {
		route->status = status_of(route);
		return;
	}
	if (!search->inside && is_returned(route, server->node, search))
		return;
	if (!search->inside && nginx_rewrite_hides(server, search->uri)) {
		route->status = 404;
		return;
	}
	apply_rewrites(route, search, server->node);
	find_location(search, server->locations, server->location_count);
	route->location = search->found;
	if (search->found != NULL)
		route->scope = search->found->node;
	settle(route, base, search);
	route->undecided = route->undecided || search->undecided;
}

/* The URI as the server's locations see it; NULL if that is an error. */
static char *
uri_inside(const struct nginx_server *server, const char *uri)
{
	const char *merge =
	    nginx_scope_value(server->node, "merge_slashes", "on");

	return uri[0] != '/' ? NULL
			     : nginx_uri_normal(uri, strcmp(merge, "off") != 0);
}

static void
route(const struct nginx_server *server, const struct nginx_base *base,
    struct search *search, struct nginx_route *route)
{
	char *normal = uri_inside(server, search->uri);

	memset(route, 0, sizeof(*route));
	route->scope = server->node;
	if (normal == NULL) {
		route->content = NGINX_CONTENT_RETURN;
		route->status = 400;
		return;
	}
	search->uri = normal;
	route_normal(server, base, search, route);
	strvec_done(&search->known);
	free(normal);
}

void
nginx_route_find(const struct nginx_server *server,
    const struct nginx_base *base, const char *uri, struct nginx_route *found)
{
	struct search search = { .server = server, .uri = uri };

	route(server, base, &search, found);
}

void
nginx_route_redirect(const struct nginx_server *server,
    const struct nginx_base *base, const char *uri, struct nginx_route *found)
{
	struct search search = {
		.server = server,
		.uri = uri,
		.inside = true,
	};

	route(server, base, &search, found);
}

void
nginx_route_done(struct nginx_route *route)
{
	strvec_done(&route->files);
}

bool
nginx_route_leads_to(const struct nginx_server *server,
    const struct nginx_location *location, const char *uri)
{
	char *normal = uri_inside(server, uri);
	struct search search = { .uri = normal, .bare = true };

	if (normal == NULL)
		return false;
	find_location(&search, server->locations, server->location_count);
	free(normal);
	return search.undecided ||
	    (search.found == location && !search.redirect);
}

bool
nginx_route_exposes(const struct nginx_server *server,
    const struct nginx_base *base, const char *uri, const char *file)
{
	struct nginx_route route;
	bool exposes = false;

	nginx_route_find(server, base, uri, &route);
	if (route.status == 0 || route.status == 200)
		exposes =
		    route.undecided || strvec_find(&route.files, file) != -1;
	nginx_route_done(&route);
	return exposes;
}
