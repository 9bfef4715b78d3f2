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

/* Which kind of application has its answers in which folder.  Those that are
 * not named have neither bodies nor answers in files. */
static const struct temp {
	const char *pass;
	const char *directive;
	size_t compiled_in; /* offset in struct nginx_build */
	const char *cache_path;
	const char *cache;
	const char *store;
	const char *buffering;
	const char *max_size;
} temps[] = {
	{ "proxy_pass", "proxy_temp_path",
	    offsetof(struct nginx_build, proxy_temp), "proxy_cache_path",
	    "proxy_cache", "proxy_store", "proxy_buffering",
	    "proxy_max_temp_file_size" },
	{ "fastcgi_pass", "fastcgi_temp_path",
	    offsetof(struct nginx_build, fastcgi_temp), "fastcgi_cache_path",
	    "fastcgi_cache", "fastcgi_store", "fastcgi_buffering",
	    "fastcgi_max_temp_file_size" },
	{ "uwsgi_pass", "uwsgi_temp_path",
	    offsetof(struct nginx_build, uwsgi_temp), "uwsgi_cache_path",
	    "uwsgi_cache", "uwsgi_store", "uwsgi_buffering",
	    "uwsgi_max_temp_file_size" },
	{ "scgi_pass", "scgi_temp_path",
	    offsetof(struct nginx_build, scgi_temp), "scgi_cache_path",
	    "scgi_cache", "scgi_store", "scgi_buffering",
	    "scgi_max_temp_file_size" },
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

static bool
is_off(const struct nginx_place *place, const char *directive,
    const char *otherwise)
{
	return strcmp(nginx_scope_value(place->node, directive, otherwise),
		   "off") == 0;
}

/* Bodies above this are written; -1: none is ever.  A buffer that is just as
 * large as a body may be is too small for one that comes in chunks. */
static long long
body_limit(const struct nginx_place *place)
{
	const struct nginx_node *scope = place->node;
	long long buffer =
	    nginx_scope_bytes(scope, "client_body_buffer_size", 16384);
	long long max =
	    nginx_scope_bytes(scope, "client_max_body_size", 1 << 20);

	if (!is_off(place, "client_body_in_file_only", "off"))
		return 0;
	return max > 0 && max < buffer ? -1 : buffer;
}

static void
add_body_temp(struct nginx_needs *needs, const struct nginx_place *place,
    long long limit)
{
	struct need *need = add_folder(needs, place, "client_body_temp_path",
	    needs->build->body_temp);

	if (need != NULL)
		need->buffer_bytes = limit;
}

/* Whether nginx hands a body on as it comes.  To an HTTP/1.0 server it cannot,
 * if the body's length is not told. */
static bool
is_streamed(const struct nginx_place *place)
{
	return is_off(place, "proxy_request_buffering", "on") &&
	    strcmp(nginx_scope_value(place->node, "proxy_http_version", "1.0"),
		"1.1") == 0 &&
	    nginx_scope_find(place->node, "proxy_set_body") == NULL &&
	    !is_off(place, "proxy_pass_request_body", "on");
}

/* The zone that a cache_path directive makes, of that length; NULL. */
static const char *
zone_of(const struct nginx_node *cache_path, size_t *len)
{
	static const char key[] = "keys_zone=";

	for (size_t i = 2; i < cache_path->arg_count; i++) {
		const char *arg = cache_path->args[i];

		if (strncmp(arg, key, sizeof(key) - 1) != 0)
			continue;
		arg += sizeof(key) - 1;
		*len = strcspn(arg, ":");
		return arg;
	}
	return NULL;
}

static bool
is_zone(const struct nginx_node *cache_path, const char *zone)
{
	size_t len = 0;
	const char *name = zone_of(cache_path, &len);

	/* Which one a variable names is known to the request. */
	return strchr(zone, '$') != NULL ||
	    (name != NULL && strlen(zone) == len &&
		strncmp(name, zone, len) == 0);
}

/* The folder of the cache that is used here; they are named in the http
 * block. */
static void
add_caches(struct nginx_needs *needs, const struct nginx_place *place,
    const struct temp *temp)
{
	const struct nginx_node *level =
	    nginx_scope_level(place->node, temp->cache_path);
	const char *zone = nginx_scope_value(place->node, temp->cache, "off");
	const struct nginx_node *node;

	if (level == NULL || strcmp(zone, "off") == 0)
		return;
	TAILQ_FOREACH(node, &level->children, entry)
		if (nginx_node_is(node, temp->cache_path) &&
		    is_zone(node, zone))
			nginx_needs_add(needs, place, NEED_TEMP_DIR, node,
			    nginx_path_below(needs->base.prefix,
				nginx_node_arg(node, 1)));
}

/* The folder that the location's URIs have in common. */
static char *
common_folder(const struct nginx_place *place)
{
	const struct nginx_location *location = place->location;
	const char *slash;

	if (location == NULL || location->name[0] != '/' ||
	    nginx_location_is_regex(location))
		return xstrdup("/");
	slash = strrchr(location->name, '/');
	return xstrndup(location->name, (size_t)(slash - location->name) + 1);
}

/* The value of a directive that names files below the document root, or
 * elsewhere, by their URI. */
static void
expand_by_uri(const struct nginx_needs *needs, const struct nginx_place *place,
    const char *value, struct nginx_text *text)
{
	struct strvec known = STRVEC_INIT;
	char *folder = common_folder(place);

	nginx_path_know_docroot(place->node, &needs->base, &known);
	strvec_env_set(&known, "uri", folder);
	strvec_env_set(&known, "document_uri", folder);
	nginx_path_expand(place->node, value, &known, needs->base.prefix, text);
	strvec_done(&known);
	free(folder);
}

/* Answers are kept as files: "on" puts them where the URI would be read. */
static void
add_store(struct nginx_needs *needs, const struct nginx_place *place,
    const char *directive)
{
	const struct nginx_node *node =
	    nginx_scope_find(place->node, directive);
	const char *value;
	struct nginx_text text;

	if (node == NULL || strcmp(nginx_node_arg(node, 1), "off") == 0)
		return;
	value = nginx_node_arg(node, 1);
	if (strcmp(value, "on") == 0)
		value = nginx_scope_docroot(place->node).alias
		    ? "$document_root"
		    : "$document_root$uri";
	expand_by_uri(needs, place, value, &text);
	nginx_needs_add_text(needs, place, NEED_STORE_DIR, node, &text, NULL);
	nginx_text_done(&text);
}

static void
add_answer_temp(struct nginx_needs *needs, const struct nginx_place *place,
    const struct temp *temp)
{
	bool kept = !is_off(place, temp->cache, "off") ||
	    !is_off(place, temp->store, "off");

	if (is_off(place, temp->buffering, "on"))
		return;
	if (kept || nginx_scope_bytes(place->node, temp->max_size, 1) != 0)
		add_folder(needs, place, temp->directive,
		    *(char *const *)((const char *)needs->build +
			temp->compiled_in));
	add_caches(needs, place, temp);
	add_store(needs, place, temp->store);
}

void
nginx_needs_temp(struct nginx_needs *needs, const struct nginx_place *place)
{
	const struct nginx_node *pass;
	long long limit = body_limit(place);

	if (nginx_scope_content(place->node, &pass) != NGINX_CONTENT_PASS) {
		/* PUT writes every body. */
		if (!is_off(place, "dav_methods", "off"))
			add_body_temp(needs, place, 0);
		return;
	}
	for (size_t i = 0; i < COUNT(temps); i++) {
		if (!nginx_node_is(pass, temps[i].pass))
			continue;
		if (limit != -1 && !is_streamed(place))
			add_body_temp(needs, place, limit);
		add_answer_temp(needs, place, &temps[i]);
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
	struct strvec known = STRVEC_INIT;
	struct nginx_text text;
	char *whole;

	if (is_no_file(path))
		return;
	/* nginx puts the prefix in front of a variable before it knows what
	 * that begins with. */
	whole = path[0] == '/' ? xstrdup(path)
			       : xasprintf("%s%s", needs->base.prefix, path);
	nginx_path_know_docroot(place->node, &needs->base, &known);
	nginx_path_expand(place->node, whole, &known, needs->base.prefix,
	    &text);
	nginx_needs_add_text(needs, place, kind, node, &text, set_log);
	nginx_text_done(&text);
	strvec_done(&known);
	free(whole);
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
