/* SPDX-License-Identifier: ISC */
#include "preflight/nginx/nginx_needs.h"

#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"

/*
 * The walk: every place is shown to every collector.
 */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static nginx_needs_fn *const http_collectors[] = { nginx_needs_static,
	nginx_needs_socket, nginx_needs_error_page, nginx_needs_htpasswd,
	nginx_needs_tls_key, nginx_needs_temp, nginx_needs_log };

static nginx_needs_fn *const stream_collectors[] = { nginx_needs_socket,
	nginx_needs_tls_key, nginx_needs_log };

static nginx_needs_fn *const mail_collectors[] = { nginx_needs_auth_http,
	nginx_needs_log };

/* The blocks whose servers have no locations. */
static const struct protocol {
	const char *block;
	nginx_needs_fn *const *collectors;
	size_t count;
} protocols[] = {
	{ "stream", stream_collectors, COUNT(stream_collectors) },
	{ "mail", mail_collectors, COUNT(mail_collectors) },
};

static char *
copy(const char *text)
{
	return text == NULL ? NULL : xstrdup(text);
}

static void
need_done(struct need *need)
{
	for (size_t i = 0; i < need->index_count; i++)
		free(need->index[i]);
	free(need->index);
	free(need->path);
	free(need->variable);
	free(need->written);
	free(need->directive);
	free(need->file);
	free(need->location_file);
	free(need->server_name);
	free(need->url);
	free(need->regex);
	free(need->suffix);
	free(need->symlinks_from);
	free(need->upstream);
	free(need->document_root);
}

void
nginx_needs_done(struct nginx_needs *needs)
{
	for (size_t i = 0; i < needs->count; i++)
		need_done(&needs->items[i]);
	free(needs->items);
	needs->items = NULL;
	needs->count = needs->room = 0;
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Inherited directives come by once for every place that inherits them.
 * Content is told apart by its place. */
static bool
is_known(const struct nginx_needs *needs, const struct need *new)
{
	bool content = new->kind == NEED_STATIC_TREE ||
	    new->kind == NEED_STATIC_FILE || new->kind == NEED_INTERNAL_TREE ||
	    new->kind == NEED_SOCKET;

	for (size_t i = needs->count; i-- > 0 && !content;) {
		const struct need *need = &needs->items[i];

		if (need->kind == new->kind && need->line == new->line &&
		    (need->server == new->server ||
			new->kind == NEED_LOG_REOPEN ||
			new->kind == NEED_TEMP_DIR) &&
		    same_text(need->path, new->path) &&
		    (need->variable == NULL ||
			same_text(need->written, new->written)) &&
		    same_text(need->file, new->file))
			return true;
	}
	return false;
}

static void
set_place(struct need *need, const struct nginx_place *place)
{
	const struct nginx_location *location = place->location;

	need->server = place->server;
	need->location = location;
	if (place->server != NULL && place->server->names.len > 0)
		need->server_name = xstrdup(place->server->names.items[0]);
	if (location == NULL)
		return;
	need->location_file = xstrdup(location->node->file);
	need->location_line = location->node->line;
	if (nginx_location_is_regex(location)) {
		need->regex = xstrdup(location->name);
		need->regex_caseless =
		    location->match == NGINX_MATCH_REGEX_CASELESS;
	} else if (location->match != NGINX_MATCH_NAMED)
		need->url = xstrdup(location->name);
}

struct need *
nginx_needs_add(struct nginx_needs *needs, const struct nginx_place *place,
    enum need_kind kind, const struct nginx_node *directive, char *path)
{
	struct need need = { .kind = kind, .path = path, .buffer_bytes = -1 };

	if (directive != NULL) {
		need.file = xstrdup(directive->file);
		need.line = directive->line;
		need.directive = xstrdup(nginx_node_arg(directive, 0));
		need.written = xstrdup(nginx_node_arg(directive, 1));
	}
	set_place(&need, place);
	if (is_known(needs, &need)) {
		need_done(&need);
		return NULL;
	}
	if (needs->count == needs->room) {
		needs->room = needs->room == 0 ? 32 : needs->room * 2;
		needs->items = xreallocarray(needs->items, needs->room,
		    sizeof(*needs->items));
	}
	needs->items[needs->count] = need;
	return &needs->items[needs->count++];
}

void
nginx_needs_add_text(struct nginx_needs *needs, const struct nginx_place *place,
    enum need_kind kind, const struct nginx_node *directive,
    const struct nginx_text *text, need_fill_fn *fill)
{
	for (size_t i = 0; i < text->values.len; i++) {
		struct need *need = nginx_needs_add(needs, place, kind,
		    directive, xstrdup(text->values.items[i]));

		if (need == NULL)
			continue;
		need->variable = copy(text->variable);
		need->one_of = text->values.len > 1;
		if (fill != NULL)
			fill(needs, place, need);
	}
}

/*
 * Walking
 */

static void
visit(struct nginx_needs *needs, const struct nginx_place *place,
    nginx_needs_fn *const *collectors, size_t count)
{
	struct nginx_place inner = *place;
	const struct nginx_node *node;

	for (size_t i = 0; i < count; i++)
		collectors[i](needs, place);
	inner.nameless = true;
	TAILQ_FOREACH(node, &place->node->children, entry) {
		if (!node->block ||
		    !(nginx_node_is(node, "if") ||
			nginx_node_is(node, "limit_except")))
			continue;
		inner.node = node;
		visit(needs, &inner, collectors, count);
	}
}

static void
visit_locations(struct nginx_needs *needs, const struct nginx_server *server,
    const struct nginx_location *locations, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct nginx_place place = { .node = locations[i].node,
			.server = server,
			.location = &locations[i] };

		visit(needs, &place, http_collectors, COUNT(http_collectors));
		visit_locations(needs, server, locations[i].locations,
		    locations[i].location_count);
	}
}

static void
visit_servers(struct nginx_needs *needs, const struct nginx_node *block,
    const struct protocol *protocol)
{
	struct nginx_place place = { .server = NULL };
	const struct nginx_node *node;

	TAILQ_FOREACH(node, &block->children, entry) {
		if (!node->block || !nginx_node_is(node, "server"))
			continue;
		place.node = node;
		visit(needs, &place, protocol->collectors, protocol->count);
	}
}

void
nginx_needs_collect(struct nginx_needs *needs)
{
	const struct nginx_place top = { .node = needs->tree->root };
	const struct nginx_node *node;

	nginx_needs_log(needs, &top);
	for (size_t i = 0; i < needs->model->server_count; i++) {
		const struct nginx_server *server = &needs->model->servers[i];
		const struct nginx_place place = { .node = server->node,
			.server = server };

		visit(needs, &place, http_collectors, COUNT(http_collectors));
		visit_locations(needs, server, server->locations,
		    server->location_count);
	}
	TAILQ_FOREACH(node, &needs->tree->root->children, entry)
		for (size_t i = 0; node->block && i < COUNT(protocols); i++)
			if (nginx_node_is(node, protocols[i].block))
				visit_servers(needs, node, &protocols[i]);
}
