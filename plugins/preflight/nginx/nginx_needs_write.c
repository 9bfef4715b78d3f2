/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <stddef.h>

#include "base/xmalloc.h"
#include "preflight/nginx/nginx_needs.h"

/*
 * What the worker writes: temporary files, caches, stored answers and logs
 * (contract P1.4).
 */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/*
 * Temporary files
 */

/* Which folder holds answers of which kind of application. */
static const struct {
	const char *pass;
	const char *directive;
	size_t compiled_in; /* offset in struct nginx_build */
	const char *cache;
	const char *store;
	const char *buffering;
} temps[] = {
	{ "proxy_pass", "proxy_temp_path",
	    offsetof(struct nginx_build, proxy_temp), "proxy_cache_path",
	    "proxy_store", "proxy_buffering" },
	{ "fastcgi_pass", "fastcgi_temp_path",
	    offsetof(struct nginx_build, fastcgi_temp), "fastcgi_cache_path",
	    "fastcgi_store", "fastcgi_buffering" },
	{ "uwsgi_pass", "uwsgi_temp_path",
	    offsetof(struct nginx_build, uwsgi_temp), "uwsgi_cache_path",
	    "uwsgi_store", "uwsgi_buffering" },
	{ "scgi_pass", "scgi_temp_path",
	    offsetof(struct nginx_build, scgi_temp), "scgi_cache_path",
	    "scgi_store", "scgi_buffering" },
};

static struct need *
add_folder(struct nginx_needs *needs, const struct nginx_place *place,
    const char *directive, const char *compiled_in)
{
	const struct nginx_node *node =
	    nginx_scope_find(place->node, directive);
	const char *path = node == NULL ? compiled_in : nginx_node_arg(node, 1);
	struct need *need;

	if (path == NULL)
		return NULL;
	need = nginx_needs_add(needs, place, NEED_TEMP_DIR, node,
	    nginx_path_below(needs->base.prefix, path));
	if (need != NULL && need->directive == NULL)
		need->directive = xstrdup(directive);
	return need;
}

static void
add_body_temp(struct nginx_needs *needs, const struct nginx_place *place)
{
	struct need *need = add_folder(needs, place, "client_body_temp_path",
	    needs->build->body_temp);

	if (need != NULL)
		need->buffer_bytes = nginx_scope_bytes(place->node,
		    "client_body_buffer_size", 16384);
}

/* The folders of all caches of a kind; they stand in the http block. */
static void
add_caches(struct nginx_needs *needs, const struct nginx_place *place,
    const char *directive)
{
	const struct nginx_node *level =
	    nginx_scope_level(place->node, directive);
	const struct nginx_node *node;

	if (level == NULL)
		return;
	TAILQ_FOREACH(node, &level->children, entry)
		if (nginx_node_is(node, directive))
			nginx_needs_add(needs, place, NEED_TEMP_DIR, node,
			    nginx_path_below(needs->base.prefix,
				nginx_node_arg(node, 1)));
}

/* Answers are kept as files: "on" puts them where the URI would be read. */
static void
add_store(struct nginx_needs *needs, const struct nginx_place *place,
    const char *directive)
{
	const struct nginx_node *node =
	    nginx_scope_find(place->node, directive);
	struct nginx_text text;

	if (node == NULL || strcmp(nginx_node_arg(node, 1), "off") == 0)
		return;
	if (strcmp(nginx_node_arg(node, 1), "on") == 0)
		nginx_path_docroot(place->node, NULL, &needs->base, &text);
	else
		nginx_path_expand(place->node, nginx_node_arg(node, 1), NULL,
		    needs->base.prefix, &text);
	/* nginx makes the folders below the constant part. */
	for (size_t i = 0; i < text.values.len; i++)
		nginx_needs_add(needs, place, NEED_TEMP_DIR, node,
		    xstrdup(text.values.items[i]));
	nginx_text_done(&text);
}

void
nginx_needs_temp(struct nginx_needs *needs, const struct nginx_place *place)
{
	const struct nginx_node *pass;
	const char *dav = nginx_scope_value(place->node, "dav_methods", "off");

	if (nginx_scope_content(place->node, &pass) != NGINX_CONTENT_PASS) {
		if (strcmp(dav, "off") != 0)
			add_body_temp(needs, place);
		return;
	}
	add_body_temp(needs, place);
	for (size_t i = 0; i < COUNT(temps); i++) {
		if (!nginx_node_is(pass, temps[i].pass))
			continue;
		if (strcmp(nginx_scope_value(place->node, temps[i].buffering,
			       "on"),
			"off") != 0)
			add_folder(needs, place, temps[i].directive,
			    *(char *const *)((const char *)needs->build +
				temps[i].compiled_in));
		add_caches(needs, place, temps[i].cache);
		add_store(needs, place, temps[i].store);
	}
}

/*
 * Logs
 */

static bool
is_no_file(const char *log)
{
	return strcmp(log, "off") == 0 || strcmp(log, "stderr") == 0 ||
	    strncmp(log, "syslog:", 7) == 0 ||
	    strncmp(log, "memory:", 7) == 0 || log[0] == '\0' ||
	    strcmp(log, "/dev/null") == 0 || strcmp(log, "/dev/stdout") == 0 ||
	    strcmp(log, "/dev/stderr") == 0;
}

static void
set_log(struct nginx_needs *needs, const struct nginx_place *place,
    struct need *need)
{
	const char *variable = strchr(need->written, '$');
	struct nginx_text docroot;

	if (need->kind != NEED_LOG_VARIABLE)
		return;
	need->deeper = need->variable != NULL && variable != NULL &&
	    strchr(variable, '/') != NULL;
	nginx_path_docroot(place->node, NULL, &needs->base, &docroot);
	if (docroot.variable == NULL)
		need->document_root = xstrdup(docroot.values.items[0]);
	nginx_text_done(&docroot);
}

static void
add_log(struct nginx_needs *needs, const struct nginx_place *place,
    const struct nginx_node *node)
{
	const char *path = nginx_node_arg(node, 1);
	enum need_kind kind =
	    strchr(path, '$') == NULL ? NEED_LOG_REOPEN : NEED_LOG_VARIABLE;
	struct nginx_text text;

	if (is_no_file(path))
		return;
	nginx_path_expand(place->node, path, NULL, needs->base.prefix, &text);
	nginx_needs_add_text(needs, place, kind, node, &text, set_log);
	nginx_text_done(&text);
}

/* The log that is written to if none is named. */
static void
add_default_log(struct nginx_needs *needs, const struct nginx_place *place,
    const char *directive, const char *path)
{
	struct need *need;

	if (path == NULL || is_no_file(path))
		return;
	need = nginx_needs_add(needs, place, NEED_LOG_REOPEN, NULL,
	    nginx_path_below(needs->base.prefix, path));
	if (need != NULL)
		need->directive = xstrdup(directive);
}

static void
add_logs(struct nginx_needs *needs, const struct nginx_place *place,
    const char *directive, const char *compiled_in)
{
	const struct nginx_node *level =
	    nginx_scope_level(place->node, directive);
	const struct nginx_node *node;

	if (level == NULL) {
		add_default_log(needs, place, directive, compiled_in);
		return;
	}
	TAILQ_FOREACH(node, &level->children, entry)
		if (nginx_node_is(node, directive))
			add_log(needs, place, node);
}

void
nginx_needs_log(struct nginx_needs *needs, const struct nginx_place *place)
{
	add_logs(needs, place, "error_log", needs->build->error_log);
	/* Only requests over HTTP have a log of their own by default. */
	if (place->node->parent != NULL)
		add_logs(needs, place, "access_log",
		    place->server == NULL ? NULL : needs->build->access_log);
}
