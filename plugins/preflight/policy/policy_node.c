/* SPDX-License-Identifier: ISC */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "base/xmalloc.h"

#include "preflight/policy/policy_node.h"

/*
 * A policy is written by hand and read by a program that may stop a start:
 * what is not understood is an error with its place, never ignored.
 */

#define KEYS_MAX 64

int
policy_refuse(const struct policy_reader *reader, const yaml_node_t *node,
    const char *fmt, ...)
{
	va_list ap;
	char *sentence;

	va_start(ap, fmt);
	sentence = xvasprintf(fmt, ap);
	va_end(ap);
	cause_set(reader->cause, "%s:%zu:%zu: %s", reader->file,
	    node->start_mark.line + 1, node->start_mark.column + 1, sentence);
	free(sentence);
	return -1;
}

const char *
policy_text(struct policy_reader *reader, const yaml_node_t *node)
{
	const char *text;

	if (node->type != YAML_SCALAR_NODE) {
		policy_refuse(reader, node, "a single value is expected here");
		return NULL;
	}
	text = (const char *)node->data.scalar.value;
	if (strlen(text) != node->data.scalar.length) {
		policy_refuse(reader, node, "a NUL byte cannot be used here");
		return NULL;
	}
	return text;
}

static int
refuse_key(struct policy_reader *reader, const yaml_node_t *node,
    const struct policy_key *keys, const char *name)
{
	const char *names[KEYS_MAX + 1], *near;
	size_t count = 0;

	while (keys[count].name != NULL && count < KEYS_MAX) {
		names[count] = keys[count].name;
		count++;
	}
	names[count] = NULL;
	near = suggest(name, names);
	return policy_refuse(reader, node, "unknown key '%s'%s%s%s", name,
	    near == NULL ? "" : ", did you mean '", near == NULL ? "" : near,
	    near == NULL ? "" : "'?");
}

int
policy_mapping(struct policy_reader *reader, yaml_node_t *node,
    const struct policy_key *keys, void *target)
{
	bool seen[KEYS_MAX] = { false };

	if (node->type != YAML_MAPPING_NODE)
		return policy_refuse(reader, node,
		    "keys with values are expected here");
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++) {
		yaml_node_t *key =
		    yaml_document_get_node(reader->document, pair->key);
		yaml_node_t *value =
		    yaml_document_get_node(reader->document, pair->value);
		const char *name = policy_text(reader, key);
		size_t i = 0;

		if (name == NULL)
			return -1;
		while (keys[i].name != NULL && strcmp(keys[i].name, name) != 0)
			i++;
		if (keys[i].name == NULL)
			return refuse_key(reader, key, keys, name);
		if (seen[i])
			return policy_refuse(reader, key, "'%s' is there twice",
			    name);
		seen[i] = true;
		if (keys[i].read(reader, value, target) == -1)
			return -1;
	}
	return 0;
}

int
policy_sequence(struct policy_reader *reader, yaml_node_t *node,
    int (*read)(struct policy_reader *, yaml_node_t *, void *), void *target)
{
	if (node->type != YAML_SEQUENCE_NODE)
		return policy_refuse(reader, node, "a list is expected here");
	for (yaml_node_item_t *item = node->data.sequence.items.start;
	     item < node->data.sequence.items.top; item++) {
		if (read(reader,
			yaml_document_get_node(reader->document, *item),
			target) == -1)
			return -1;
	}
	return 0;
}

static int
push_string(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	const char *text = policy_text(reader, node);

	if (text == NULL)
		return -1;
	strvec_push(target, text);
	return 0;
}

int
policy_strings(struct policy_reader *reader, yaml_node_t *node,
    struct strvec *list)
{
	return policy_sequence(reader, node, push_string, list);
}

int
policy_choice(struct policy_reader *reader, const yaml_node_t *node,
    const char *const *words, int *choice)
{
	const char *text = policy_text(reader, node), *near;

	if (text == NULL)
		return -1;
	for (int i = 0; words[i] != NULL; i++) {
		if (strcmp(words[i], text) == 0) {
			*choice = i;
			return 0;
		}
	}
	near = suggest(text, words);
	return policy_refuse(reader, node, "'%s' is no value for this%s%s%s",
	    text, near == NULL ? "" : ", did you mean '",
	    near == NULL ? "" : near, near == NULL ? "" : "'?");
}

int
policy_bool(struct policy_reader *reader, const yaml_node_t *node, bool *value)
{
	static const char *const words[] = { "false", "true", NULL };
	int choice = 0;

	if (policy_choice(reader, node, words, &choice) == -1)
		return -1;
	*value = choice == 1;
	return 0;
}

int
policy_read_text(struct policy_reader *reader, yaml_node_t *node, char **text)
{
	const char *value = policy_text(reader, node);

	if (value == NULL)
		return -1;
	free(*text);
	*text = xstrdup(value);
	return 0;
}

const char *
policy_path(struct policy_reader *reader, const yaml_node_t *node)
{
	const char *text = policy_text(reader, node);

	if (text != NULL && *text != '/') {
		policy_refuse(reader, node, "'%s' is not an absolute path",
		    text);
		return NULL;
	}
	return text;
}
