/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_FIX_PRICE_H
#define PREFLIGHT_FIX_PRICE_H

#include <stddef.h>

struct answer;
struct finding;
struct fix_scene;
struct judge;

/*
 * Says of each of the finding's plans, which open the obstacles and the scene's
 * trees, what else it would open.  One that lets the worker read what looks
 * like a secret, or at what it may change, is not advised any more (contract
 * P5.6, rule 7).
 */
void fix_price_plans(struct judge *, struct finding *, const struct fix_scene *,
    const struct answer *obstacles, size_t count);

#endif
