/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "preflight/nginx/nginx_needs.h"
#include "preflight/nginx/nginx_route.h"

/*
 * Single files that nobody thinks of: the bodies of errors, password files,
 * keys whose name depends on the request (contract P1.2 S12).
 */

/* "$a/b": a slash behind the first variable. */
static bool
goes_deeper(const char *written)
{
	const char *variable = strchr(written, '$');

	return variable != NULL && strchr(variable, '/') != NULL;
}

static void
set_deeper(struct nginx_needs *needs, const struct nginx_place *place,
    struct need *need)
{
	(void)needs;
	(void)place;
	need->deeper = need->variable != NULL && goes_deeper(need->written);
}

/*
 * error_page
 */

static struct need *
add_error(struct nginx_needs *needs, const struct nginx_place *place,
    const struct nginx_node *node, const char *path)
{
	struct need *need =
	    nginx_needs_add(needs, place, NEED_ERROR_PAGE, node, xstrdup(path));

	if (need != NULL)
		need->status = (int)strtol(nginx_node_arg(node, 1), NULL, 10);
	return need;
}

/* The first file of the route, or what is certain of it; NULL if it is known
 * already. */
static struct need *
add_error_file(struct nginx_needs *needs, const struct nginx_place *place,
    const struct nginx_node *node, const struct nginx_route *route)
{
	struct nginx_text docroot;
	struct need *need = NULL;

	nginx_path_docroot(place->node, NULL, &needs->base, &docroot);
	if (route->files.len > 0)
		need = add_error(needs, place, node, route->files.items[0]);
	else if (docroot.variable != NULL)
		need = add_error(needs, place, node, docroot.values.items[0]);
	if (need != NULL) {
		nginx_needs_set_files(needs, place, &docroot, need);
		if (route->files.len == 0)
			need->variable = xstrdup(docroot.variable);
	}
	nginx_text_done(&docroot);
	return need;
}

/* The file that the error's URI leads to inside the same server. */
static void
add_error_route(struct nginx_needs *needs, const struct nginx_place *place,
    const struct nginx_node *node, const char *uri)
{
	struct nginx_place target = { .server = place->server };
	struct nginx_route route;
	struct need *need = NULL;

	nginx_route_redirect(place->server, &needs->base, uri, &route);
	target.location = route.location;
	target.node = route.scope;
	if (route.status == 0 && route.content == NGINX_CONTENT_FILES)
		need = add_error_file(needs, &target, node, &route);
	if (need != NULL) {
		free(need->url);
		need->url = xstrdup(uri);
	}
	nginx_route_done(&route);
}

/* "/err/$lang.html": not even the location is certain. */
static void
add_error_variable(struct nginx_needs *needs, const struct nginx_place *place,
    const struct nginx_node *node, const char *uri)
{
	char *name = NULL;
	struct need *need;

	if (nginx_vars_reference(uri + strcspn(uri, "$"), &name) == 0)
		return;
	need = add_error(needs, place, node, "");
	if (need == NULL)
		free(name);
	else
		need->variable = name;
}

void
nginx_needs_error_page(struct nginx_needs *needs,
    const struct nginx_place *place)
{
	const struct nginx_node *level =
	    nginx_scope_level(place->node, "error_page");
	const struct nginx_node *node;

	/* A nameless block has those of the block around it. */
	if (level == NULL || (place->nameless && level != place->node))
		return;
	TAILQ_FOREACH(node, &level->children, entry) {
		const char *target = nginx_node_arg(node, node->arg_count - 1);
		char *uri;

		/* Named locations and other sites are no files. */
		if (!nginx_node_is(node, "error_page") || target[0] != '/')
			continue;
		uri = xstrndup(target, strcspn(target, "?"));
		if (strchr(uri, '$') == NULL)
			add_error_route(needs, place, node, uri);
		else
			add_error_variable(needs, place, node, uri);
		free(uri);
	}
}

/*
 * auth_basic_user_file
 */

void
nginx_needs_htpasswd(struct nginx_needs *needs, const struct nginx_place *place)
{
	const struct nginx_node *scope = place->node;
	const struct nginx_node *node =
	    nginx_scope_find(scope, "auth_basic_user_file");
	struct strvec known = STRVEC_INIT;
	struct nginx_text text;

	if (node == NULL ||
	    strcmp(nginx_scope_value(scope, "auth_basic", "off"), "off") == 0)
		return;
	nginx_path_know_docroot(scope, &needs->base, &known);
	nginx_path_expand(scope, nginx_node_arg(node, 1), &known,
	    needs->base.conf_dir, &text);
	nginx_needs_add_text(needs, place, NEED_HTPASSWD, node, &text,
	    set_deeper);
	nginx_text_done(&text);
	strvec_done(&known);
}

/*
 * Keys
 */

static const char *const key_directives[] = { "ssl_certificate",
	"ssl_certificate_key", "proxy_ssl_certificate",
	"proxy_ssl_certificate_key", "uwsgi_ssl_certificate",
	"uwsgi_ssl_certificate_key", "grpc_ssl_certificate",
	"grpc_ssl_certificate_key" };

static void
add_key(struct nginx_needs *needs, const struct nginx_place *place,
    const struct nginx_node *node)
{
	const char *path = nginx_node_arg(node, 1);
	struct nginx_text text;

	/* Constant names are read by the master. */
	if (strchr(path, '$') == NULL || strncmp(path, "data:", 5) == 0 ||
	    strncmp(path, "engine:", 7) == 0)
		return;
	nginx_path_expand(place->node, path, NULL, needs->base.conf_dir, &text);
	nginx_needs_add_text(needs, place, NEED_TLS_KEY, node, &text,
	    set_deeper);
	nginx_text_done(&text);
}

void
nginx_needs_tls_key(struct nginx_needs *needs, const struct nginx_place *place)
{
	size_t count = sizeof(key_directives) / sizeof(key_directives[0]);

	for (size_t i = 0; i < count; i++) {
		const struct nginx_node *level =
		    nginx_scope_level(place->node, key_directives[i]);
		const struct nginx_node *node;

		if (level == NULL)
			continue;
		TAILQ_FOREACH(node, &level->children, entry)
			if (nginx_node_is(node, key_directives[i]))
				add_key(needs, place, node);
	}
}
