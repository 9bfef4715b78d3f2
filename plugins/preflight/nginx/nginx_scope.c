/* SPDX-License-Identifier: ISC */
#include "preflight/nginx/nginx_scope.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/*
 * Inheritance.  The tree is asked each time instead of merging blocks into
 * records: a directive that nobody asks for costs nothing, and the node that
 * answers knows where it was written.
 */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

const struct nginx_node *
nginx_scope_level(const struct nginx_node *scope, const char *name)
{
	for (; scope != NULL; scope = scope->parent)
		if (nginx_node_child(scope, name) != NULL)
			return scope;
	return NULL;
}

const struct nginx_node *
nginx_scope_find(const struct nginx_node *scope, const char *name)
{
	const struct nginx_node *level = nginx_scope_level(scope, name);

	return level == NULL ? NULL : nginx_node_child(level, name);
}

const char *
nginx_scope_value(const struct nginx_node *scope, const char *name,
    const char *otherwise)
{
	const struct nginx_node *node = nginx_scope_find(scope, name);

	return node == NULL ? otherwise : nginx_node_arg(node, 1);
}

bool
nginx_scope_on(const struct nginx_node *scope, const char *name)
{
	return strcasecmp(nginx_scope_value(scope, name, "off"), "on") == 0;
}

long long
nginx_scope_bytes(const struct nginx_node *scope, const char *name,
    long long otherwise)
{
	static const char units[] = "kmg";
	const char *text = nginx_scope_value(scope, name, "");
	const char *unit;
	char *end;
	long long value;

	value = strtoll(text, &end, 10);
	if (end == text || value < 0 || value > (1LL << 32))
		return otherwise;
	if (*end == '\0')
		return value;
	unit = strchr(units, tolower((unsigned char)*end));
	if (unit == NULL || *unit == '\0')
		return otherwise;
	return value << (10 * (unit - units + 1));
}

/* Seconds of one "30m"; *text moves behind it.  -1 if it is none. */
static long
seconds_part(const char **text)
{
	static const struct {
		const char *unit;
		long seconds;
	} units[] = {
		{ "ms", 0 },
		{ "s", 1 },
		{ "m", 60 },
		{ "h", 3600 },
		{ "d", 86400 },
		{ "w", 604800 },
		{ "M", 2592000 },
		{ "y", 31536000 },
	};
	char *end;
	long value = strtol(*text, &end, 10);

	if (end == *text || value < 0 || value > 1000000000)
		return -1;
	*text = end;
	for (size_t i = 0; i < COUNT(units); i++) {
		size_t len = strlen(units[i].unit);

		if (strncmp(end, units[i].unit, len) == 0) {
			*text = end + len;
			return value * units[i].seconds;
		}
	}
	return value;
}

long
nginx_scope_seconds(const struct nginx_node *scope, const char *name,
    long otherwise)
{
	const char *text = nginx_scope_value(scope, name, "");
	long sum = 0;

	if (*text == '\0')
		return otherwise;
	while (*text != '\0') {
		long part = seconds_part(&text);

		if (part == -1)
			return otherwise;
		sum += part;
		text += strspn(text, " ");
	}
	return sum;
}

struct nginx_docroot
nginx_scope_docroot(const struct nginx_node *scope)
{
	struct nginx_docroot found = { .directive = NULL };

	for (; scope != NULL; scope = scope->parent) {
		found.directive = nginx_node_child(scope, "alias");
		if (found.directive != NULL) {
			found.alias = true;
			found.location = nginx_node_is(scope, "location")
			    ? scope
			    : nginx_node_above(scope, "location");
			return found;
		}
		found.directive = nginx_node_child(scope, "root");
		if (found.directive != NULL)
			return found;
	}
	return found;
}

/*
 * Content
 */

static bool
in_list(const char *name, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(name, list[i]) == 0)
			return true;
	return false;
}

bool
nginx_is_pass(const struct nginx_node *node)
{
	static const char *const names[] = { "proxy_pass", "uwsgi_pass",
		"fastcgi_pass", "scgi_pass", "grpc_pass", "memcached_pass" };

	return in_list(nginx_node_arg(node, 0), names, COUNT(names));
}

static bool
is_module_content(const struct nginx_node *node)
{
	static const char *const names[] = { "stub_status", "empty_gif", "api",
		"status", "hls", "f4f" };

	return in_list(nginx_node_arg(node, 0), names, COUNT(names));
}

static bool
is_content_code(const struct nginx_node *node)
{
	static const char *const names[] = { "perl", "js_content",
		"content_by_lua", "content_by_lua_file",
		"content_by_lua_block" };

	return in_list(nginx_node_arg(node, 0), names, COUNT(names));
}

bool
nginx_is_code(const struct nginx_node *node)
{
	static const char *const names[] = { "server_rewrite_by_lua_block",
		"server_rewrite_by_lua_file", "rewrite_by_lua",
		"rewrite_by_lua_file", "rewrite_by_lua_block", "access_by_lua",
		"access_by_lua_file", "access_by_lua_block", "js_access" };

	return is_content_code(node) ||
	    in_list(nginx_node_arg(node, 0), names, COUNT(names));
}

/* A rewrite that answers every request with a redirect. */
static bool
is_redirect(const struct nginx_node *node)
{
	static const char *const all[] = { "^", ".*", "^.*", "^.*$", "(.*)",
		"^(.*)", "^(.*)$", "^/(.*)", "^/(.*)$", "^/" };
	const char *to = nginx_node_arg(node, 2);
	const char *flag = nginx_node_arg(node, 3);

	return nginx_node_is(node, "rewrite") &&
	    in_list(nginx_node_arg(node, 1), all, COUNT(all)) &&
	    (strncmp(to, "http://", 7) == 0 ||
		strncmp(to, "https://", 8) == 0 ||
		strncmp(to, "$scheme", 7) == 0 ||
		strcmp(flag, "redirect") == 0 ||
		strcmp(flag, "permanent") == 0);
}

/* Whether there is another way in than by an address. */
static bool
has_other_access(const struct nginx_node *scope)
{
	const struct nginx_node *node;

	for (; scope != NULL; scope = scope->parent)
		TAILQ_FOREACH(node, &scope->children, entry)
			if (strncmp(nginx_node_arg(node, 0), "auth_", 5) == 0 ||
			    nginx_is_code(node))
				return true;
	return false;
}

/* The rule that refuses everybody, or NULL. */
static const struct nginx_node *
denied_by(const struct nginx_node *scope)
{
	const struct nginx_node *node;

	if (strcmp(nginx_scope_value(scope, "satisfy", "all"), "any") == 0 &&
	    has_other_access(scope))
		return NULL;
	for (; scope != NULL; scope = scope->parent) {
		bool any = false;

		/* The first rule that fits a client decides. */
		TAILQ_FOREACH(node, &scope->children, entry) {
			if (nginx_node_is(node, "allow"))
				return NULL;
			if (!nginx_node_is(node, "deny"))
				continue;
			if (strcmp(nginx_node_arg(node, 1), "all") == 0)
				return node;
			any = true;
		}
		if (any)
			return NULL;
	}
	return NULL;
}

static const struct nginx_node *
child_where(const struct nginx_node *scope,
    bool (*fits)(const struct nginx_node *))
{
	const struct nginx_node *node;

	TAILQ_FOREACH(node, &scope->children, entry)
		if (fits(node))
			return node;
	return NULL;
}

/* What answers every request that gets so far, or NULL; "break" ends all that
 * the block has of this sort. */
static const struct nginx_node *
returned_by(const struct nginx_node *scope)
{
	const struct nginx_node *node;

	TAILQ_FOREACH(node, &scope->children, entry) {
		if (nginx_node_is(node, "break"))
			return NULL;
		if (nginx_node_is(node, "return") || is_redirect(node))
			return node;
	}
	return NULL;
}

/* In the order of nginx's phases. */
static const struct {
	enum nginx_content content;
	bool (*fits)(const struct nginx_node *);
} handlers[] = {
	{ NGINX_CONTENT_CODE, is_content_code },
	{ NGINX_CONTENT_PASS, nginx_is_pass },
	{ NGINX_CONTENT_MODULE, is_module_content },
};

enum nginx_content
nginx_scope_content(const struct nginx_node *scope,
    const struct nginx_node **directive)
{
	const struct nginx_node *ignored;
	const struct nginx_node *in;

	if (directive == NULL)
		directive = &ignored;
	*directive = returned_by(scope);
	if (*directive != NULL)
		return NGINX_CONTENT_RETURN;
	*directive = denied_by(scope);
	if (*directive != NULL)
		return NGINX_CONTENT_DENIED;
	/* Handlers are not inherited, but by the nameless blocks. */
	for (in = scope;; in = in->parent) {
		for (size_t i = 0; i < COUNT(handlers); i++) {
			*directive = child_where(in, handlers[i].fits);
			if (*directive != NULL)
				return handlers[i].content;
		}
		if (!nginx_node_is(in, "if") &&
		    !nginx_node_is(in, "limit_except"))
			return NGINX_CONTENT_FILES;
	}
}

/* What an "if" of the place or its server does depends on more than the URI. */
static bool
has_condition(const struct nginx_node *scope)
{
	if (nginx_node_child(scope, "if") != NULL)
		return true;
	while (scope != NULL && !nginx_node_is(scope, "server"))
		scope = scope->parent;
	return scope != NULL && nginx_node_child(scope, "if") != NULL;
}

bool
nginx_scope_restricted(const struct nginx_node *scope)
{
	static const char *const rules[] = { "auth_request", "limit_req",
		"limit_conn", "secure_link" };
	static const char *const passwords[] = { "auth_basic", "auth_jwt",
		"auth_pam" };

	for (size_t i = 0; i < COUNT(rules); i++)
		if (nginx_scope_value(scope, rules[i], NULL) != NULL)
			return true;
	for (size_t i = 0; i < COUNT(passwords); i++)
		if (strcmp(nginx_scope_value(scope, passwords[i], "off"),
			"off") != 0)
			return true;
	return nginx_scope_level(scope, "deny") != NULL ||
	    nginx_scope_on(scope, "ssl_verify_client") || has_condition(scope);
}
