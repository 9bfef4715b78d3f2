/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/xmalloc.h"
#include "preflight/nginx/nginx_needs.h"
#include "preflight/nginx/nginx_pass.h"

/*
 * Applications behind unix sockets, named by a *_pass directive or by the
 * servers of an upstream block (contract P2.8).  What is reached over TCP
 * needs no file and is left out.
 */

static bool
is_unix(const char *address)
{
	return strncasecmp(address, "unix:", 5) == 0;
}

/* The length of a variable at the text whose value begins with a slash; 0 if
 * there is none. */
static size_t
uri_length(const char *text)
{
	static const char *const names[] = { "uri", "document_uri",
		"request_uri" };
	char *name = NULL;
	size_t len = nginx_vars_reference(text, &name), found = 0;

	for (size_t i = 0; len > 0 && i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			found = len;
	free(name);
	return found;
}

/* What stands in front of the URI: whatever variables that is made of, they do
 * not change which server is meant.  The caller frees. */
static char *
before_uri(const char *written)
{
	static const char scheme[] = "$scheme://";
	const char *address = nginx_pass_address(written), *p;

	if (strncmp(written, scheme, sizeof(scheme) - 1) == 0)
		address = written = written + sizeof(scheme) - 1;
	p = address;
	if (is_unix(address))
		p += 5 + strcspn(address + 5, ":");
	else
		while (*p != '\0' && *p != '/' && uri_length(p) == 0)
			p++;
	return xstrndup(written, (size_t)(p - written));
}

/* The path of "unix:/p"; NULL if it is none.  Only proxy_pass can have a URI
 * behind it, after another colon. */
static char *
socket_path(const char *address, bool has_uri)
{
	if (!is_unix(address))
		return NULL;
	address += 5;
	return xstrndup(address,
	    has_uri ? strcspn(address, ":") : strlen(address));
}

static bool
is_backup(const struct nginx_node *server)
{
	for (size_t i = 2; i < server->arg_count; i++)
		if (strcmp(server->args[i], "backup") == 0)
			return true;
	return false;
}

static bool
is_balancer_code(const struct nginx_node *node)
{
	return strncmp(nginx_node_arg(node, 0), "balancer_by_lua",
		   strlen("balancer_by_lua")) == 0;
}

static void
add_upstream(struct nginx_needs *needs, const struct nginx_place *place,
    const struct nginx_node *upstream)
{
	const struct nginx_node *node;

	TAILQ_FOREACH(node, &upstream->children, entry) {
		bool code = is_balancer_code(node);
		struct need *need;
		char *path = NULL;

		if (code)
			path = xstrdup("");
		else if (nginx_pass_is_server(node))
			path = socket_path(nginx_node_arg(node, 1), false);
		if (path == NULL)
			continue;
		need = nginx_needs_add(needs, place, NEED_SOCKET, node, path);
		need->upstream = xstrdup(nginx_node_arg(upstream, 1));
		need->backup = is_backup(node);
		need->by_code = code;
		if (code)
			need->variable = xstrdup(node->args[0]);
	}
}

static void
add_address(struct nginx_needs *needs, const struct nginx_place *place,
    const struct nginx_node *pass, const char *text, bool one_of)
{
	const char *address = nginx_pass_address(text);
	const struct nginx_node *upstream;
	char *path = socket_path(address,
	    nginx_node_is(pass, "proxy_pass") && place->server != NULL);

	if (path != NULL) {
		nginx_needs_add(needs, place, NEED_SOCKET, pass, path)->one_of =
		    one_of;
		return;
	}
	upstream = nginx_pass_upstream(place->node, address);
	if (upstream != NULL)
		add_upstream(needs, place, upstream);
}

/* Whether an address that begins so could still be that of a socket. */
static bool
may_be_socket(const char *written)
{
	const char *address = nginx_pass_address(written);
	size_t constant = strcspn(address, "$");
	char *name = NULL;
	size_t len;

	if (constant > 0)
		return is_unix(address);
	len = nginx_vars_reference(address, &name);
	free(name);
	/* $host:8080 */
	return !(
	    address[len] == ':' && isdigit((unsigned char)address[len + 1]));
}

/* Nothing but the folder in front of the first variable is certain. */
static void
add_undecided(struct nginx_needs *needs, const struct nginx_place *place,
    const struct nginx_node *pass, const char *written,
    const struct nginx_text *text)
{
	const char *address = nginx_pass_address(written);
	char *path =
	    socket_path(nginx_pass_address(text->values.items[0]), false);
	struct need *need;

	if (!may_be_socket(address)) {
		free(path);
		return;
	}
	if (path == NULL)
		path = xstrdup("");
	need = nginx_needs_add(needs, place, NEED_SOCKET, pass, path);
	need->variable = xstrdup(text->variable);
	need->deeper = strchr(address + strcspn(address, "$"), '/') != NULL;
}

static void
add_pass(struct nginx_needs *needs, const struct nginx_place *place,
    const struct nginx_node *pass)
{
	const char *argument = nginx_node_arg(pass, 1);
	bool has_uri =
	    nginx_node_is(pass, "proxy_pass") && place->server != NULL;
	char *written = has_uri ? before_uri(argument) : xstrdup(argument);
	struct nginx_text text;

	nginx_vars_expand(place->node, written, NULL, &text);
	if (text.variable != NULL)
		add_undecided(needs, place, pass, written, &text);
	for (size_t i = 0; text.variable == NULL && i < text.values.len; i++)
		add_address(needs, place, pass, text.values.items[i],
		    text.values.len > 1);
	nginx_text_done(&text);
	free(written);
}

void
nginx_needs_socket(struct nginx_needs *needs, const struct nginx_place *place)
{
	const struct nginx_node *node;

	TAILQ_FOREACH(node, &place->node->children, entry)
		if (nginx_is_pass(node))
			add_pass(needs, place, node);
}

void
nginx_needs_auth_http(struct nginx_needs *needs,
    const struct nginx_place *place)
{
	const struct nginx_node *node =
	    nginx_scope_find(place->node, "auth_http");
	char *path = node == NULL
	    ? NULL
	    : socket_path(nginx_pass_address(nginx_node_arg(node, 1)), true);

	if (path != NULL)
		nginx_needs_add(needs, place, NEED_SOCKET, node, path);
}
