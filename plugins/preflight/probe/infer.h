/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_INFER_H
#define PREFLIGHT_INFER_H

#include <stdbool.h>
#include <stddef.h>

#include "preflight/probe/answer.h"

/*
 * Decides by arithmetic what an identity would be refused on a way that
 * somebody else has walked (contract P4.3 and P6, "manager not root").  Pure.
 */

/* ACCESS_* bits that a question needs of its target. */
unsigned ask_need(enum ask);

/* The question as the walker has to be asked it. */
void infer_question(const struct question *, struct question *as_walker);

/* Turns the walker's answer, with its steps, into the identity's. */
void infer_answer(const struct cred *, const struct question *,
    struct answer *);

/*
 * Everything on the walker's way that would refuse the identity, in order; the
 * caller frees the array after answer_done on each.  NULL if nothing does.
 */
struct answer *infer_obstacles(const struct cred *, const struct question *,
    const struct answer *walked, size_t *count);

/* Whether one of the walker's first steps was to follow a link. */
bool infer_follows_link(const struct answer *walked, size_t steps);

#endif
