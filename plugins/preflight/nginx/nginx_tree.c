/* SPDX-License-Identifier: ISC */
#include "preflight/nginx/nginx_tree.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "preflight/nginx/nginx_include.h"
#include "preflight/nginx/nginx_lex.h"

/*
 * From text to tree.  The reader is tolerant (contract P2.12): it validates no
 * directive and enters every block, because what it does not know may hold
 * what it looks for.  Only what nginx's own lexer refuses ends a file.
 */

/* Deeper than anybody writes; keeps the walks over the tree, which recurse,
 * from being led to the end of the stack. */
#define NESTING_MAX 200

static struct nginx_node *
node_create(struct nginx_node *parent, const char *file, unsigned line)
{
	struct nginx_node *node = xcalloc(1, sizeof(*node));

	TAILQ_INIT(&node->children);
	node->parent = parent;
	node->file = file;
	node->line = line;
	if (parent != NULL)
		TAILQ_INSERT_TAIL(&parent->children, node, entry);
	return node;
}

static void
node_free(struct nginx_node *node)
{
	struct nginx_node *child;

	while ((child = TAILQ_FIRST(&node->children)) != NULL) {
		TAILQ_REMOVE(&node->children, child, entry);
		node_free(child);
	}
	for (size_t i = 0; i < node->arg_count; i++)
		free(node->args[i]);
	free(node->args);
	free(node);
}

struct nginx_tree *
nginx_tree_create(const struct nginx_tree_source *source)
{
	struct nginx_tree *tree = xcalloc(1, sizeof(*tree));

	tree->root = node_create(NULL, "", 0);
	tree->root->block = true;
	tree->complete = true;
	tree->conf_dir = xstrdup(source->conf_dir);
	tree->root_dir = source->root;
	return tree;
}

void
nginx_tree_free(struct nginx_tree *tree)
{
	if (tree == NULL)
		return;
	node_free(tree->root);
	for (size_t i = 0; i < tree->problem_count; i++) {
		free(tree->problems[i].file);
		free(tree->problems[i].message);
	}
	free(tree->problems);
	for (size_t i = 0; i < tree->file_count; i++)
		free(tree->files[i]);
	free(tree->files);
	free(tree->changed_path);
	free(tree->conf_dir);
	free(tree);
}

void
nginx_tree_problem(struct nginx_tree *tree, const char *code, const char *file,
    unsigned line, const char *fmt, ...)
{
	struct nginx_problem *problem;
	va_list ap;

	tree->problems = xreallocarray(tree->problems, tree->problem_count + 1,
	    sizeof(*tree->problems));
	problem = &tree->problems[tree->problem_count++];
	problem->code = code;
	problem->file = file == NULL ? NULL : xstrdup(file);
	problem->line = line;
	va_start(ap, fmt);
	problem->message = xvasprintf(fmt, ap);
	va_end(ap);
}

/*
 * Parsing
 */

/* One text being read into a block. */
struct reading {
	struct nginx_tree *tree;
	struct nginx_lex lex;
	const char *file;
	struct nginx_node *at; /* the block that is open */
	unsigned depth;	       /* of blocks opened in this text */
	unsigned outer_depth;  /* of the block it is read into */
	const struct nginx_open_file *chain;
};

static void
refuse(struct reading *reading, unsigned line, const char *message)
{
	reading->tree->complete = false;
	nginx_tree_problem(reading->tree, "PF002", reading->file, line, "%s",
	    message);
}

static struct nginx_node *
node_from_words(struct reading *reading)
{
	struct nginx_lex *lex = &reading->lex;
	struct nginx_node *node;

	node = node_create(reading->at, reading->file, lex->first_line);
	node->arg_count = lex->word_count;
	node->args = xcalloc(lex->word_count + 1, sizeof(*node->args));
	for (size_t i = 0; i < lex->word_count; i++) {
		node->args[i] = lex->words[i].text;
		lex->words[i].text = NULL;
	}
	return node;
}

static bool
is_lua_block(const struct nginx_node *node)
{
	static const char suffix[] = "_by_lua_block";
	size_t len = strlen(node->args[0]);

	return len >= sizeof(suffix) - 1 &&
	    strcmp(node->args[0] + len - (sizeof(suffix) - 1), suffix) == 0;
}

/* Returns false if the text cannot be read on. */
static bool
open_block(struct reading *reading)
{
	struct nginx_node *node = node_from_words(reading);
	char *cause = NULL;

	if (is_lua_block(node)) {
		if (nginx_lex_skip_lua(&reading->lex, &cause) == 0)
			return true;
		refuse(reading, node->line, cause);
		free(cause);
		return false;
	}
	node->block = true;
	if (reading->outer_depth + ++reading->depth > NESTING_MAX) {
		refuse(reading, node->line, "blocks are nested too deeply");
		return false;
	}
	reading->at = node;
	return true;
}

static bool
close_block(struct reading *reading)
{
	if (reading->depth == 0) {
		refuse(reading, reading->lex.line, "unexpected \"}\"");
		return false;
	}
	reading->depth--;
	reading->at = reading->at->parent;
	return true;
}

static void
end_file(struct reading *reading)
{
	if (reading->depth > 0)
		refuse(reading, reading->lex.line,
		    "unexpected end of file, expecting \"}\"");
}

static void
simple_directive(struct reading *reading)
{
	struct nginx_node *node = node_from_words(reading);

	if (nginx_node_is(node, "include") && node->arg_count == 2)
		nginx_include(reading->tree, node, reading->chain,
		    reading->outer_depth + reading->depth);
}

static bool
read_directive(struct reading *reading)
{
	char *cause = NULL;

	switch (nginx_lex_next(&reading->lex, &cause)) {
	case NGINX_END_SIMPLE:
		simple_directive(reading);
		return true;
	case NGINX_END_BLOCK_OPEN:
		return open_block(reading);
	case NGINX_END_BLOCK_CLOSE:
		return close_block(reading);
	case NGINX_END_FILE:
		end_file(reading);
		return false;
	case NGINX_END_ERROR:
		break;
	}
	refuse(reading, reading->lex.line, cause);
	free(cause);
	return false;
}

void
nginx_tree_parse(struct nginx_tree *tree, struct nginx_node *into,
    unsigned depth, const struct nginx_open_file *file)
{
	struct reading reading = { .tree = tree,
		.file = file->path,
		.at = into,
		.outer_depth = depth,
		.chain = file };

	nginx_lex_init(&reading.lex, file->text, file->len);
	while (read_directive(&reading))
		;
	nginx_lex_done(&reading.lex);
}

void
nginx_tree_read_text(struct nginx_tree *tree, const char *file,
    const char *text, size_t len)
{
	const struct nginx_open_file open = { .path = file,
		.text = text,
		.len = len };

	nginx_tree_parse(tree, tree->root, 0, &open);
}

int
nginx_tree_read(struct nginx_tree *tree, const struct nginx_tree_source *source,
    char **cause)
{
	/* nginx reads these before the file. */
	if (source->globals != NULL)
		nginx_tree_read_text(tree, "command line", source->globals,
		    strlen(source->globals));
	return nginx_include_main(tree, source->conf_path, cause);
}

/*
 * Looking at nodes
 */

bool
nginx_node_is(const struct nginx_node *node, const char *name)
{
	return node->arg_count > 0 && strcmp(node->args[0], name) == 0;
}

const char *
nginx_node_arg(const struct nginx_node *node, size_t index)
{
	return index < node->arg_count ? node->args[index] : "";
}

const struct nginx_node *
nginx_node_child(const struct nginx_node *node, const char *name)
{
	const struct nginx_node *child;

	TAILQ_FOREACH(child, &node->children, entry)
		if (nginx_node_is(child, name))
			return child;
	return NULL;
}

const struct nginx_node *
nginx_node_above(const struct nginx_node *node, const char *name)
{
	for (node = node->parent; node != NULL; node = node->parent)
		if (nginx_node_is(node, name))
			return node;
	return NULL;
}
