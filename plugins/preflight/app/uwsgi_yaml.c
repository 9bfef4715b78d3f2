/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <yaml.h>

#include "preflight/app/uwsgi_text.h"

/*
 * uwsgi:
 *   socket: [/a, /b]
 *   vacuum: true
 *
 * uwsgi walks over tokens: a mapping inside of the section only adds its
 * options to it.
 */

/* Deeper than anybody nests options, and more than anybody has; aliases can
 * make a small text large. */
#define NESTING_MAX 8
#define NODES_MAX   10000

struct reading {
	yaml_document_t *document;
	uwsgi_option_fn *fn;
	void *arg;
	unsigned left; /* nodes that may still be looked at */
};

/* The text of a scalar, or NULL. */
static const char *
text_of(const yaml_node_t *node)
{
	return node == NULL || node->type != YAML_SCALAR_NODE
	    ? NULL
	    : (const char *)node->data.scalar.value;
}

static const yaml_node_t *
node_at(const struct reading *reading, int index)
{
	return yaml_document_get_node(reading->document, index);
}

/* name is NULL for the section itself. */
static void
give_node(struct reading *reading, const char *name, const yaml_node_t *node,
    unsigned depth)
{
	const char *text = text_of(node);

	if (reading->left == 0)
		return;
	reading->left--;
	if (text != NULL && name != NULL)
		reading->fn(reading->arg, name, text,
		    (unsigned)node->start_mark.line + 1);
	if (node == NULL || depth == NESTING_MAX)
		return;
	if (node->type == YAML_SEQUENCE_NODE)
		for (const yaml_node_item_t *item =
			 node->data.sequence.items.start;
		     item < node->data.sequence.items.top; item++)
			give_node(reading, name, node_at(reading, *item),
			    depth + 1);
	if (node->type == YAML_MAPPING_NODE)
		for (const yaml_node_pair_t *pair =
			 node->data.mapping.pairs.start;
		     pair < node->data.mapping.pairs.top; pair++)
			give_node(reading, text_of(node_at(reading, pair->key)),
			    node_at(reading, pair->value), depth + 1);
}

static const yaml_node_t *
find_section(const struct reading *reading, const char *section)
{
	const yaml_node_t *root =
	    yaml_document_get_root_node(reading->document);
	const char *name;

	if (root == NULL || root->type != YAML_MAPPING_NODE)
		return NULL;
	for (const yaml_node_pair_t *pair = root->data.mapping.pairs.start;
	     pair < root->data.mapping.pairs.top; pair++) {
		name = text_of(node_at(reading, pair->key));
		if (name != NULL && strcmp(name, section) == 0)
			return node_at(reading, pair->value);
	}
	return NULL;
}

int
uwsgi_yaml_read(const char *text, const char *section, uwsgi_option_fn *fn,
    void *arg)
{
	yaml_document_t document;
	struct reading reading = { &document, fn, arg, NODES_MAX };
	yaml_parser_t parser;
	int loaded;

	if (!yaml_parser_initialize(&parser))
		return -1;
	yaml_parser_set_input_string(&parser, (const unsigned char *)text,
	    strlen(text));
	loaded = yaml_parser_load(&parser, &document);
	yaml_parser_delete(&parser);
	if (!loaded)
		return -1;
	give_node(&reading, NULL,
	    find_section(&reading, section == NULL ? "uwsgi" : section), 0);
	yaml_document_delete(&document);
	return 0;
}
