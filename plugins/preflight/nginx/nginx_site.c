/* SPDX-License-Identifier: ISC */
#include "preflight/nginx/nginx_site.h"

#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "preflight/nginx/nginx_location.h"
#include "preflight/nginx/nginx_needs.h"

/*
 * Puts the reader together: where the files are, what is in them, what that
 * asks of a worker.
 */

static char *
copy(const char *text)
{
	return text == NULL ? NULL : xstrdup(text);
}

/* The directory with one slash at its end. */
static char *
as_folder(const char *path)
{
	size_t len = strlen(path);

	return xasprintf("%s%s", path,
	    len > 0 && path[len - 1] == '/' ? "" : "/");
}

/* As nginx puts -p, -c and what was compiled in together. */
static void
set_paths(struct nginx_site *site, const struct nginx_options *options,
    const struct nginx_build *build)
{
	const char *conf =
	    options->conf != NULL ? options->conf : build->conf_path;
	const char *slash;

	site->prefix = as_folder(
	    options->prefix != NULL ? options->prefix : build->prefix);
	site->conf_path = nginx_path_below(site->prefix, conf);
	slash = strrchr(site->conf_path, '/');
	site->conf_dir = slash == NULL
	    ? xstrdup(site->prefix)
	    : xstrndup(site->conf_path, (size_t)(slash - site->conf_path) + 1);
}

static void
set_user(struct nginx_site *site)
{
	const struct nginx_node *root = site->tree->root;
	const struct nginx_node *node = nginx_node_child(root, "user");
	const struct nginx_node *master =
	    nginx_node_child(root, "master_process");

	site->master_process_off =
	    master != NULL && strcmp(nginx_node_arg(master, 1), "off") == 0;
	site->has_http = nginx_node_child(root, "http") != NULL;
	if (node == NULL || node->arg_count < 2)
		return;
	site->user = xstrdup(node->args[1]);
	if (node->arg_count > 2)
		site->group = xstrdup(node->args[2]);
	site->user_file = xstrdup(node->file);
	site->user_line = node->line;
	TAILQ_FOREACH(node, &root->children, entry)
		if (nginx_node_is(node, "user") &&
		    (node->line != site->user_line ||
			strcmp(node->file, site->user_file) != 0))
			nginx_tree_problem(site->tree, "PF002", node->file,
			    node->line, "\"user\" directive is duplicate");
}

static bool
has_docroot(const struct nginx_node *node)
{
	static const char *const blocks[] = { "http", "server", "location",
		"if" };

	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		if (nginx_node_is(node, blocks[i]))
			return node->block;
	return false;
}

static void
refuse_second(struct nginx_tree *tree, const struct nginx_node *node,
    const char *first)
{
	const char *name = nginx_node_arg(node, 0);

	if (strcmp(name, first) == 0)
		nginx_tree_problem(tree, "PF002", node->file, node->line,
		    "\"%s\" directive is duplicate", name);
	else
		nginx_tree_problem(tree, "PF002", node->file, node->line,
		    "\"%s\" directive is duplicate, \"%s\" directive was "
		    "specified earlier",
		    name, first);
}

/* nginx takes one root or alias in a block, and refuses two. */
static void
check_docroots(struct nginx_tree *tree, const struct nginx_node *block)
{
	const struct nginx_node *first = NULL, *node;

	TAILQ_FOREACH(node, &block->children, entry) {
		if (has_docroot(node))
			check_docroots(tree, node);
		if (!has_docroot(block) ||
		    (!nginx_node_is(node, "root") &&
			!nginx_node_is(node, "alias")))
			continue;
		if (first != NULL)
			refuse_second(tree, node, nginx_node_arg(first, 0));
		first = node;
	}
}

static void
collect(struct nginx_site *site, const struct nginx_build *build)
{
	struct nginx_needs needs = { .tree = site->tree,
		.build = build,
		.base = { .prefix = site->prefix,
		    .conf_dir = site->conf_dir } };

	check_docroots(site->tree, site->tree->root);
	site->model = nginx_model_create(site->tree);
	needs.model = site->model;
	nginx_needs_collect(&needs);
	site->needs = needs.items;
	site->need_count = needs.count;
	site->problems = site->tree->problems;
	site->problem_count = site->tree->problem_count;
	site->complete = site->tree->complete;
}

int
nginx_site_read(const struct nginx_options *options, struct nginx_site *site,
    char **cause)
{
	struct nginx_build *build = &site->build;
	struct nginx_tree_source source = { .globals = options->globals,
		.root = options->root };
	int result;

	memset(site, 0, sizeof(*site));
	site->globals = copy(options->globals);
	site->error_log = copy(options->error_log);
	nginx_build_read(options->root, options->binary, build);
	if (options->error_log != NULL) {
		free(build->error_log);
		build->error_log = xstrdup(options->error_log);
	}
	set_paths(site, options, build);
	site->default_user = copy(build->user);
	site->default_group = copy(build->group);
	source.conf_path = site->conf_path;
	source.conf_dir = site->conf_dir;
	site->tree = nginx_tree_create(&source);
	result = nginx_tree_read(site->tree, &source, cause);
	if (result == 0) {
		set_user(site);
		collect(site, build);
	}
	return result;
}

void
nginx_site_done(struct nginx_site *site)
{
	struct nginx_needs needs = { .items = site->needs,
		.count = site->need_count };

	nginx_needs_done(&needs);
	nginx_model_free(site->model);
	nginx_tree_free(site->tree);
	nginx_build_done(&site->build);
	free(site->conf_path);
	free(site->conf_dir);
	free(site->prefix);
	free(site->globals);
	free(site->error_log);
	free(site->user);
	free(site->group);
	free(site->user_file);
	free(site->default_user);
	free(site->default_group);
	memset(site, 0, sizeof(*site));
}
