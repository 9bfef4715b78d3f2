/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_JUDGE_TREE_H
#define PREFLIGHT_JUDGE_TREE_H

#include <stdbool.h>
#include <stddef.h>

struct finding;
struct judge;
struct need;
struct tree_refusal;
struct tree_result;

/*
 * The parts of judge_tree (judge.h).
 */

/* The files that are unreadable, as one finding. */
void judge_tree_files(struct judge *, size_t check, const struct need *,
    const struct tree_result *);

/* Adds what follows for every refusal of a static file. */
void judge_tree_company(struct judge *, size_t check, const struct need *,
    const struct finding *denied);
/* Directories, links and odd objects: each is a finding of its own. */
bool judge_tree_is_single(const struct need *, const struct tree_refusal *);
/* Whether the path is what gzip_static looks for beside another file. */
bool judge_tree_is_packed(const struct need *, const char *path);

#endif
