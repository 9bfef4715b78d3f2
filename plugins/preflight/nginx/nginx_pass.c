/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "preflight/nginx/nginx_pass.h"
#include "preflight/nginx/nginx_scope.h"
#include "preflight/nginx/nginx_vars.h"

/*
 * An address is that of a server, or the name of an upstream block with
 * servers; nginx looks for the block first.
 */

const char *
nginx_pass_address(const char *argument)
{
	const char *p = argument;

	while (isalpha((unsigned char)*p))
		p++;
	/* "unix:///run/s" has none. */
	return strncmp(p, "://", 3) == 0 &&
		strncasecmp(argument, "unix:", 5) != 0
	    ? p + 3
	    : argument;
}

const struct nginx_node *
nginx_pass_upstream(const struct nginx_node *scope, const char *address)
{
	const struct nginx_node *node, *top = scope;
	size_t len = strcspn(address, "/:");

	while (top->parent != NULL && top->parent->parent != NULL)
		top = top->parent;
	TAILQ_FOREACH(node, &top->children, entry)
		if (node->block && nginx_node_is(node, "upstream") &&
		    strlen(nginx_node_arg(node, 1)) == len &&
		    strncasecmp(nginx_node_arg(node, 1), address, len) == 0)
			return node;
	return NULL;
}

static bool
is_down(const struct nginx_node *server)
{
	for (size_t i = 2; i < server->arg_count; i++)
		if (strcmp(server->args[i], "down") == 0)
			return true;
	return false;
}

bool
nginx_pass_is_server(const struct nginx_node *node)
{
	return nginx_node_is(node, "server") && !is_down(node);
}

struct wanted {
	bool (*is_it)(const char *address, const void *arg);
	const void *arg;
};

static bool
leads_there(const struct nginx_node *pass, const char *argument,
    const struct wanted *wanted)
{
	const char *address = nginx_pass_address(argument);
	const struct nginx_node *node,
	    *upstream = nginx_pass_upstream(pass, address);

	if (upstream == NULL)
		return wanted->is_it(address, wanted->arg);
	TAILQ_FOREACH(node, &upstream->children, entry)
		if (nginx_pass_is_server(node) &&
		    wanted->is_it(nginx_node_arg(node, 1), wanted->arg))
			return true;
	return false;
}

static bool
pass_leads_there(const struct nginx_node *pass, const struct wanted *wanted)
{
	struct nginx_text text;
	bool found = false;

	nginx_vars_expand(pass->parent, nginx_node_arg(pass, 1), NULL, &text);
	for (size_t i = 0; text.variable == NULL && i < text.values.len; i++)
		found =
		    found || leads_there(pass, text.values.items[i], wanted);
	nginx_text_done(&text);
	return found;
}

bool
nginx_passes_to(const struct nginx_node *node,
    bool (*is_it)(const char *address, const void *arg), const void *arg)
{
	const struct wanted wanted = { is_it, arg };
	const struct nginx_node *child;

	TAILQ_FOREACH(child, &node->children, entry) {
		if (nginx_is_pass(child) && pass_leads_there(child, &wanted))
			return true;
		if (child->block && nginx_passes_to(child, is_it, arg))
			return true;
	}
	return false;
}
