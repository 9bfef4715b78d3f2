/* SPDX-License-Identifier: ISC */
#include "preflight/nginx/nginx_written.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "preflight/nginx/nginx_path.h"

/*
 * By the names of directives, not by what they are needed for: nginx makes the
 * folders of every temp_path at its start, used or not.
 */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool
ends_in(const char *name, const char *end)
{
	size_t len = strlen(name), end_len = strlen(end);

	return len > end_len && strcmp(name + len - end_len, end) == 0;
}

static bool
is_log(const char *name)
{
	return strcmp(name, "access_log") == 0 ||
	    strcmp(name, "error_log") == 0;
}

/* Where a log can go to that is no path. */
static bool
is_elsewhere(const char *log)
{
	return strcmp(log, "off") == 0 || strcmp(log, "stderr") == 0 ||
	    strncmp(log, "syslog:", 7) == 0 || strncmp(log, "memory:", 7) == 0;
}

static void
add(struct strvec *paths, const struct nginx_site *site, const char *path)
{
	if (path == NULL || *path == '\0' || strchr(path, '$') != NULL)
		return;
	strvec_push_taken(paths, nginx_path_below(site->prefix, path));
}

static void
add_directive(const struct nginx_site *site, const struct nginx_node *node,
    struct nginx_written *written)
{
	const char *name = nginx_node_arg(node, 0);
	const char *value = nginx_node_arg(node, 1);

	if (is_log(name) && !is_elsewhere(value))
		add(&written->files, site, value);
	else if (strcmp(name, "pid") == 0 || strcmp(name, "lock_file") == 0)
		add(&written->files, site, value);
	else if (ends_in(name, "_temp_path") || ends_in(name, "_cache_path"))
		add(&written->folders, site, value);
	else if (strcmp(name, "listen") == 0 && strncmp(value, "unix:", 5) == 0)
		add(&written->sockets, site, value + 5);
}

static void
add_block(const struct nginx_site *site, const struct nginx_node *block,
    struct nginx_written *written)
{
	const struct nginx_node *node;

	TAILQ_FOREACH(node, &block->children, entry) {
		add_directive(site, node, written);
		if (node->block)
			add_block(site, node, written);
	}
}

static void
add_compiled_in(const struct nginx_site *site, struct nginx_written *written)
{
	const struct nginx_build *build = &site->build;
	const char *const files[] = { build->error_log, build->access_log,
		build->pid, build->lock };
	const char *const folders[] = { build->body_temp, build->proxy_temp,
		build->fastcgi_temp, build->uwsgi_temp, build->scgi_temp };

	for (size_t i = 0; i < COUNT(files); i++)
		if (files[i] != NULL && !is_elsewhere(files[i]))
			add(&written->files, site, files[i]);
	for (size_t i = 0; i < COUNT(folders); i++)
		add(&written->folders, site, folders[i]);
}

void
nginx_written_find(const struct nginx_site *site, struct nginx_written *written)
{
	*written = (struct nginx_written){ .files = STRVEC_INIT,
		.folders = STRVEC_INIT,
		.sockets = STRVEC_INIT };
	add_compiled_in(site, written);
	if (site->tree != NULL)
		add_block(site, site->tree->root, written);
}

void
nginx_written_done(struct nginx_written *written)
{
	strvec_done(&written->files);
	strvec_done(&written->folders);
	strvec_done(&written->sockets);
}
