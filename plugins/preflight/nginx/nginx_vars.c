/* SPDX-License-Identifier: ISC */
#include "preflight/nginx/nginx_vars.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/xmalloc.h"

/*
 * Folding of variables.  The rule is to fold only what holds for every
 * request; all else is undecided, and says which variable made it so.
 */

/* No sane configuration comes near these; a hostile one must end somewhere. */
#define VALUES_MAX    64
#define VALUE_BYTES   8192
#define DEPTH_MAX     8 /* variables made of variables */
#define VARIABLES_MAX 256

/* What is being expanded, through all variables it is made of. */
struct folding {
	const struct nginx_node *scope;
	const struct strvec *known;
	unsigned depth;
	unsigned *left; /* variables that may still be looked up */
};

static void expand(const struct folding *, const char *text,
    struct nginx_text *);

void
nginx_text_done(struct nginx_text *text)
{
	strvec_done(&text->values);
	free(text->variable);
	text->variable = NULL;
}

static bool
is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

size_t
nginx_vars_reference(const char *p, char **name)
{
	const char *start, *end;

	if (p[0] != '$')
		return 0;
	/* $12 is the first capture and a 2. */
	if (p[1] >= '1' && p[1] <= '9') {
		*name = xstrndup(p + 1, 1);
		return 2;
	}
	start = p[1] == '{' ? p + 2 : p + 1;
	for (end = start; is_name_char(*end); end++)
		;
	if (p[1] == '{' && *end != '}')
		return 0;
	if (end == start)
		return 0;
	*name = xstrndup(start, (size_t)(end - start));
	return (size_t)(end - p) + (p[1] == '{' ? 1 : 0);
}

/*
 * Who gives a variable its value?
 */

/* Whether the argument is "$name". */
static bool
is_variable(const char *arg, const char *name)
{
	return arg[0] == '$' && strcmp(arg + 1, name) == 0;
}

/* A regex with a group of this name: "?<name>", "?P<name>" or "?'name'". */
static bool
captures(const char *arg, const char *name)
{
	size_t len = strlen(name);

	for (const char *p = strchr(arg, '?'); p != NULL;
	     p = strchr(p + 1, '?')) {
		const char *at = p[1] == 'P' ? p + 2 : p + 1;

		if ((*at == '<' || *at == '\'') &&
		    strncmp(at + 1, name, len) == 0 &&
		    (at[len + 1] == '>' || at[len + 1] == '\''))
			return true;
	}
	return false;
}

/* How one variable comes about in a part of the tree. */
struct origin {
	const struct nginx_node *set; /* the only "set $name value" */
	const struct nginx_node *map; /* the only block that maps to it */
	unsigned count; /* of all directives that give it a value */
};

static void
note_origin(const struct nginx_node *node, const char *name,
    struct origin *origin)
{
	bool captured = false;

	for (size_t i = 1; i < node->arg_count; i++)
		captured = captured || captures(node->args[i], name);
	if (captured)
		origin->count++;
	if (node->block) {
		if (node->arg_count < 2 ||
		    !is_variable(node->args[node->arg_count - 1], name))
			return;
		if (!nginx_node_is(node, "map") &&
		    !nginx_node_is(node, "geo") &&
		    !nginx_node_is(node, "split_clients"))
			return;
		origin->map = node;
		origin->count++;
		return;
	}
	if (strstr(nginx_node_arg(node, 0), "set") == NULL ||
	    !is_variable(nginx_node_arg(node, 1), name))
		return;
	if (nginx_node_is(node, "set") && node->arg_count == 3)
		origin->set = node;
	origin->count++;
}

static void
search_origin(const struct nginx_node *block, const char *name,
    struct origin *origin)
{
	const struct nginx_node *node;

	TAILQ_FOREACH(node, &block->children, entry) {
		note_origin(node, name, origin);
		if (node->block)
			search_origin(node, name, origin);
	}
}

/* The server that the scope belongs to, or NULL. */
static const struct nginx_node *
server_of(const struct nginx_node *scope)
{
	return nginx_node_is(scope, "server")
	    ? scope
	    : nginx_node_above(scope, "server");
}

/* Other servers' variables are other requests' variables. */
static struct origin
find_origin(const struct nginx_node *scope, const char *name)
{
	struct origin origin = { .count = 0 };
	const struct nginx_node *server = server_of(scope);
	const struct nginx_node *node, *top = scope;

	if (server != NULL)
		search_origin(server, name, &origin);
	while (top->parent != NULL && top->parent->parent != NULL)
		top = top->parent;
	TAILQ_FOREACH(node, &top->children, entry)
		if (node != server)
			note_origin(node, name, &origin);
	return origin;
}

/*
 * Whether every request that ends in the scope has passed the directive.  Of
 * nested locations only the innermost one's directives run.
 */
static bool
always_runs(const struct nginx_node *set, const struct nginx_node *scope)
{
	const struct nginx_node *location = NULL;

	for (; scope != NULL; scope = scope->parent) {
		if (scope == set->parent)
			return location == NULL ||
			    !nginx_node_is(scope, "location");
		if (nginx_node_is(scope, "location"))
			location = scope;
	}
	return false;
}

/*
 * Values
 */

/* An entry of a map and its like that says no result. */
static bool
is_map_option(const struct nginx_node *entry)
{
	return entry->arg_count < 2 || nginx_node_is(entry, "include") ||
	    nginx_node_is(entry, "delete") || nginx_node_is(entry, "proxy");
}

/* The results of a map; -1 if one is not literal. */
static int
map_values(const struct nginx_node *map, struct strvec *values)
{
	const struct nginx_node *entry;
	bool has_default = nginx_node_is(map, "split_clients");

	TAILQ_FOREACH(entry, &map->children, entry) {
		const char *result;

		if (is_map_option(entry))
			continue;
		result = entry->args[entry->arg_count - 1];
		if (strchr(result, '$') != NULL || values->len == VALUES_MAX)
			return -1;
		if (nginx_node_is(entry, "default"))
			has_default = true;
		if (strvec_find(values, result) == -1)
			strvec_push(values, result);
	}
	if (!has_default && strvec_find(values, "") == -1)
		strvec_push(values, "");
	return 0;
}

/* The values of a variable; -1 if they cannot be decided. */
static int
variable_values(const struct folding *folding, const char *name,
    struct strvec *values)
{
	const char *known = folding->known == NULL
	    ? NULL
	    : strvec_env_get(folding->known, name);
	struct folding inner = *folding;
	struct nginx_text text;
	struct origin origin;

	if (known != NULL) {
		strvec_push(values, known);
		return 0;
	}
	if (*folding->left == 0 || ++inner.depth > DEPTH_MAX)
		return -1;
	--*folding->left;
	origin = find_origin(folding->scope, name);
	if (origin.count != 1)
		return -1;
	if (origin.map != NULL)
		return map_values(origin.map, values);
	if (origin.set == NULL || !always_runs(origin.set, folding->scope))
		return -1;
	inner.scope = origin.set->parent;
	expand(&inner, origin.set->args[2], &text);
	if (text.variable == NULL)
		strvec_copy(values, &text.values);
	origin.count = text.variable == NULL;
	nginx_text_done(&text);
	return origin.count == 1 ? 0 : -1;
}

/* Every value with every one of tails behind it. */
static void
append_each(struct strvec *values, const struct strvec *tails)
{
	struct strvec joined = STRVEC_INIT;

	for (size_t i = 0; i < values->len; i++)
		for (size_t j = 0; j < tails->len; j++)
			strvec_pushf(&joined, "%s%s", values->items[i],
			    tails->items[j]);
	strvec_done(values);
	*values = joined;
}

static bool
is_too_much(const struct strvec *values, const struct strvec *tails)
{
	return values->len * tails->len > VALUES_MAX ||
	    strlen(values->items[0]) + strlen(tails->items[0]) > VALUE_BYTES;
}

static void
append_text(struct strvec *values, const char *text, size_t len)
{
	struct strvec tail = STRVEC_INIT;

	strvec_push_taken(&tail, xstrndup(text, len));
	append_each(values, &tail);
	strvec_done(&tail);
}

/* From here on nothing is known: keep the constant part. */
static void
give_up(struct nginx_text *text, char *variable)
{
	char *constant = text->values.items[0];
	char *slash;

	/* Several candidates have no constant part in common. */
	if (text->values.len > 1)
		constant[0] = '\0';
	slash = strrchr(constant, '/');
	constant[slash == NULL ? 0 : slash - constant + 1] = '\0';
	while (text->values.len > 1)
		strvec_remove(&text->values, text->values.len - 1);
	text->variable = variable;
}

/* Appends a variable; -1 if that ended the expansion. */
static int
append_variable(const struct folding *folding, char *name,
    struct nginx_text *text)
{
	struct strvec values = STRVEC_INIT;
	int result = variable_values(folding, name, &values);

	if (result == 0 && is_too_much(&text->values, &values))
		result = -1;
	if (result == 0)
		append_each(&text->values, &values);
	strvec_done(&values);
	if (result == -1)
		give_up(text, name);
	else
		free(name);
	return result;
}

static void
expand(const struct folding *folding, const char *text, struct nginx_text *out)
{
	const char *p = text;

	memset(out, 0, sizeof(*out));
	strvec_push(&out->values, "");
	while (*p != '\0') {
		char *name = NULL;
		size_t len = strcspn(p, "$");

		append_text(&out->values, p, len);
		p += len;
		if (*p == '\0')
			return;
		len = nginx_vars_reference(p, &name);
		if (len == 0) {
			give_up(out, xstrdup(""));
			return;
		}
		p += len;
		if (append_variable(folding, name, out) == -1)
			return;
	}
}

void
nginx_vars_expand(const struct nginx_node *scope, const char *text,
    const struct strvec *known, struct nginx_text *out)
{
	unsigned left = VARIABLES_MAX;
	const struct folding folding = { .scope = scope,
		.known = known,
		.left = &left };

	expand(&folding, text, out);
}
