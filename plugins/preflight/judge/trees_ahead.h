/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_TREES_AHEAD_H
#define PREFLIGHT_TREES_AHEAD_H

struct judge;
struct pairing;

/*
 * Lists the pairing's trees two at a time before they are judged one after the
 * other, which then finds the same (contract P4.5).  Nothing for a single tree,
 * nor where the order of what is looked at is noted for later.
 */
void trees_ahead(const struct judge *, const struct pairing *);

#endif
