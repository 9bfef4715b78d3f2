/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_FIX_TREE_H
#define PREFLIGHT_FIX_TREE_H

#include <stdbool.h>

struct cred;
struct fix;
struct fix_scene;
struct fix_tree;
struct strvec;

/*
 * The part of a plan that is about a whole tree: the worker may read
 * everything in it but the secrets, now and in what is made there later
 * (contract P5.6 rule 1).
 */

/* Whether the cred may read every file and pass every directory of the tree,
 * as they are. */
bool fix_tree_is_open(const struct fix_tree *, const struct cred *);
/* Whether the cred may change any of it. */
bool fix_tree_is_writable(const struct fix_tree *, const struct cred *);
/* Whether ACL entries for the worker would open all of it, and the app's user
 * may set them. */
bool fix_tree_can_be_opened(const struct fix_scene *, const struct fix_tree *);
/* Appends the commands, whom they help besides and what they touch; none if the
 * tree is open. */
void fix_tree_add(struct fix *, const struct fix_scene *,
    const struct fix_tree *);

/* Appends "runuser -u USER --" for the owner, unless that is root; with the
 * worker's group for the time of the command if it is about that. */
void fix_tree_as_owner(struct strvec *words, const struct fix_scene *,
    unsigned owner);
void fix_tree_as_owner_in_group(struct strvec *words, const struct fix_scene *,
    unsigned owner);
/* An empty command at the end of the plan; its words are valid until the next
 * one. */
struct strvec *fix_tree_begin_command(struct fix *);

#endif
