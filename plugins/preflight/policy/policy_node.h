/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_POLICY_NODE_H
#define PREFLIGHT_POLICY_NODE_H

#include <stdbool.h>
#include <time.h>
#include <yaml.h>

#include "base/strvec.h"

/*
 * Typed reading of a YAML document with errors that say where.  Every function
 * returns -1 after setting *cause to "file:line:column: sentence".
 */
struct policy_reader {
	const char *file;
	yaml_document_t *document;
	char **cause;
	time_t now;
};

/* One key of a mapping; the list ends with name NULL. */
struct policy_key {
	const char *name;
	int (*read)(struct policy_reader *, yaml_node_t *value, void *target);
};

int policy_refuse(const struct policy_reader *, const yaml_node_t *,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Calls the reader of each key; refuses unknown and repeated ones. */
int policy_mapping(struct policy_reader *, yaml_node_t *,
    const struct policy_key *, void *target);
/* Calls the function for each item. */
int policy_sequence(struct policy_reader *, yaml_node_t *,
    int (*read)(struct policy_reader *, yaml_node_t *, void *), void *target);
/* The text of a scalar, borrowed, or NULL with *cause set. */
const char *policy_text(struct policy_reader *, const yaml_node_t *);
int policy_strings(struct policy_reader *, yaml_node_t *, struct strvec *);
int policy_bool(struct policy_reader *, const yaml_node_t *, bool *);
/* The index of the word in the NULL-terminated list. */
int policy_choice(struct policy_reader *, const yaml_node_t *,
    const char *const *words, int *choice);
/* A scalar becomes the text, in place of what was there; the caller frees it.
 * -1 with the reader's cause set, the text untouched. */
int policy_read_text(struct policy_reader *, yaml_node_t *, char **text);
/* The scalar, if it is an absolute path; borrowed, NULL with the reader's cause
 * set. */
const char *policy_path(struct policy_reader *, const yaml_node_t *);

#endif
