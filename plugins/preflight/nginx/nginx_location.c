/* SPDX-License-Identifier: ISC */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "preflight/nginx/nginx_location.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"

/*
 * Servers and locations.  A location may stand in any block that is not one
 * of nginx's nameless ones, so that a block we have never heard of does not
 * hide it.
 */

/* What a location is, from what is written. */
struct written {
	enum nginx_match match;
	const char *name;
};

/* Modifiers by the length of their text, longest first; glued to the name they
 * mean the same. */
static const struct {
	const char *text;
	enum nginx_match match;
} modifiers[] = {
	{ "~*", NGINX_MATCH_REGEX_CASELESS },
	{ "^~", NGINX_MATCH_PREFIX_FINAL },
	{ "=", NGINX_MATCH_EXACT },
	{ "~", NGINX_MATCH_REGEX },
};

static struct written
read_location(const struct nginx_node *node)
{
	struct written written = { .match = NGINX_MATCH_PREFIX };
	const char *first = nginx_node_arg(node, 1);
	bool apart = node->arg_count > 2;

	written.name = apart ? node->args[2] : first;
	for (size_t i = 0; i < sizeof(modifiers) / sizeof(modifiers[0]); i++) {
		size_t len = strlen(modifiers[i].text);

		if (strncmp(first, modifiers[i].text, len) != 0)
			continue;
		written.match = modifiers[i].match;
		if (!apart)
			written.name = first + len;
		return written;
	}
	if (!apart && first[0] == '@')
		written.match = NGINX_MATCH_NAMED;
	return written;
}

const char *
nginx_location_name(const struct nginx_node *location)
{
	return read_location(location).name;
}

bool
nginx_location_is_regex(const struct nginx_location *location)
{
	return location->match == NGINX_MATCH_REGEX ||
	    location->match == NGINX_MATCH_REGEX_CASELESS;
}

const struct nginx_location *
nginx_location_around(const struct nginx_location *location,
    const struct nginx_node *node)
{
	while (location != NULL && location->node != node)
		location = location->above;
	return location;
}

/* NULL, and a problem of the tree, if it is faulty. */
static pcre2_code *
compile(struct nginx_tree *tree, const struct nginx_node *node,
    const char *regex, bool caseless)
{
	PCRE2_SIZE offset;
	PCRE2_UCHAR text[256];
	int error;
	pcre2_code *code =
	    pcre2_compile((PCRE2_SPTR)regex, PCRE2_ZERO_TERMINATED,
		caseless ? PCRE2_CASELESS : 0, &error, &offset, NULL);

	if (code != NULL)
		return code;
	pcre2_get_error_message(error, text, sizeof(text));
	tree->complete = false;
	nginx_tree_problem(tree, "PF002", node->file, node->line,
	    "pcre2_compile() failed: %s in \"%s\" at \"%s\"", (char *)text,
	    regex, regex + offset);
	return NULL;
}

/* Whether an "if" ends what its block rewrites for some requests: what stands
 * behind it is not for all. */
static bool
may_end(const struct nginx_node *node)
{
	return nginx_node_is(node, "if") &&
	    (nginx_node_child(node, "break") != NULL ||
		nginx_node_child(node, "rewrite") != NULL);
}

static void
read_rewrites(struct nginx_tree *tree, const struct nginx_node *block,
    bool for_all, struct nginx_rewrites *rewrites)
{
	const struct nginx_node *node;

	TAILQ_FOREACH(node, &block->children, entry) {
		if (nginx_node_is(node, "break") ||
		    nginx_node_is(node, "return") || (for_all && may_end(node)))
			return;
		if (!nginx_node_is(node, "rewrite") || node->arg_count < 3)
			continue;
		rewrites->items = xreallocarray(rewrites->items,
		    rewrites->count + 1, sizeof(struct nginx_rewrite));
		rewrites->items[rewrites->count++] = (struct nginx_rewrite){
			.node = node,
			.regex = compile(tree, node, node->args[1], false),
		};
	}
}

static void
rewrites_free(struct nginx_rewrites *rewrites)
{
	for (size_t i = 0; i < rewrites->count; i++)
		pcre2_code_free(rewrites->items[i].regex);
	free(rewrites->items);
}

/*
 * Collecting
 */

static bool
is_location(const struct nginx_node *node)
{
	return node->block && nginx_node_is(node, "location");
}

static bool
is_nameless(const struct nginx_node *node)
{
	return nginx_node_is(node, "if") || nginx_node_is(node, "limit_except");
}

static size_t
count_locations(const struct nginx_node *block)
{
	const struct nginx_node *node;
	size_t count = 0;

	TAILQ_FOREACH(node, &block->children, entry) {
		if (is_location(node))
			count++;
		else if (node->block && !is_nameless(node))
			count += count_locations(node);
	}
	return count;
}

static void collect(struct nginx_tree *, const struct nginx_node *block,
    const struct nginx_location *above, struct nginx_location **next);

static struct nginx_location *
locations_in(struct nginx_tree *tree, const struct nginx_node *block,
    const struct nginx_location *above, size_t *count)
{
	struct nginx_location *locations, *next;

	*count = count_locations(block);
	if (*count == 0)
		return NULL;
	locations = next = xcalloc(*count, sizeof(*locations));
	collect(tree, block, above, &next);
	return locations;
}

static void
location_init(struct nginx_tree *tree, const struct nginx_node *node,
    const struct nginx_location *above, struct nginx_location *location)
{
	struct written written = read_location(node);

	location->node = node;
	location->match = written.match;
	location->name = written.name;
	location->above = above;
	location->internal = written.match == NGINX_MATCH_NAMED ||
	    nginx_node_child(node, "internal") != NULL;
	if (nginx_location_is_regex(location))
		location->regex = compile(tree, node, location->name,
		    location->match == NGINX_MATCH_REGEX_CASELESS);
	read_rewrites(tree, node, false, &location->rewrites);
	location->locations =
	    locations_in(tree, node, location, &location->location_count);
}

static void
collect(struct nginx_tree *tree, const struct nginx_node *block,
    const struct nginx_location *above, struct nginx_location **next)
{
	const struct nginx_node *node;

	TAILQ_FOREACH(node, &block->children, entry) {
		if (is_location(node))
			location_init(tree, node, above, (*next)++);
		else if (node->block && !is_nameless(node))
			collect(tree, node, above, next);
	}
}

static void
collect_words(const struct nginx_node *block, const char *name,
    struct strvec *words)
{
	const struct nginx_node *node;
	bool all = strcmp(name, "server_name") == 0;

	TAILQ_FOREACH(node, &block->children, entry) {
		if (!nginx_node_is(node, name))
			continue;
		for (size_t i = 1; i < (all ? node->arg_count : 2); i++)
			strvec_push(words, nginx_node_arg(node, i));
	}
}

static void
add_server(struct nginx_model *model, struct nginx_tree *tree,
    const struct nginx_node *node)
{
	struct nginx_server *server;

	model->servers = xreallocarray(model->servers, model->server_count + 1,
	    sizeof(*model->servers));
	server = &model->servers[model->server_count++];
	memset(server, 0, sizeof(*server));
	server->node = node;
	collect_words(node, "server_name", &server->names);
	collect_words(node, "listen", &server->listens);
	read_rewrites(tree, node, true, &server->rewrites);
	server->locations =
	    locations_in(tree, node, NULL, &server->location_count);
}

static void
collect_servers(struct nginx_model *model, struct nginx_tree *tree,
    const struct nginx_node *block)
{
	const struct nginx_node *node;

	TAILQ_FOREACH(node, &block->children, entry) {
		if (!node->block)
			continue;
		if (nginx_node_is(node, "server"))
			add_server(model, tree, node);
		else if (!nginx_node_is(node, "upstream"))
			collect_servers(model, tree, node);
	}
}

struct nginx_model *
nginx_model_create(struct nginx_tree *tree)
{
	struct nginx_model *model = xcalloc(1, sizeof(*model));
	const struct nginx_node *node;

	TAILQ_FOREACH(node, &tree->root->children, entry)
		if (node->block && nginx_node_is(node, "http"))
			collect_servers(model, tree, node);
	return model;
}

static void
locations_free(struct nginx_location *locations, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		locations_free(locations[i].locations,
		    locations[i].location_count);
		pcre2_code_free(locations[i].regex);
		rewrites_free(&locations[i].rewrites);
	}
	free(locations);
}

void
nginx_model_free(struct nginx_model *model)
{
	if (model == NULL)
		return;
	for (size_t i = 0; i < model->server_count; i++) {
		struct nginx_server *server = &model->servers[i];

		strvec_done(&server->names);
		strvec_done(&server->listens);
		rewrites_free(&server->rewrites);
		locations_free(server->locations, server->location_count);
	}
	free(model->servers);
	free(model);
}

const struct nginx_location *
nginx_location_named(const struct nginx_server *server, const char *name)
{
	for (size_t i = 0; i < server->location_count; i++)
		if (server->locations[i].match == NGINX_MATCH_NAMED &&
		    strcmp(server->locations[i].name, name) == 0)
			return &server->locations[i];
	return NULL;
}
