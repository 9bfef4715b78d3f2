/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_POLICY_WAIVER_H
#define PREFLIGHT_POLICY_WAIVER_H

#include "preflight/policy/policy_node.h"
#include "preflight/report/finding.h"

struct waiver;

/* The list of waivers of a policy (target is a struct policy): each needs a
 * code, a program, a path, a reason, an end and a name (contract P5.5). */
int policy_waivers(struct policy_reader *, yaml_node_t *, void *target);
void policy_waiver_done(struct waiver *);
/* Whether the code is too grave to be put aside for all programs at once. */
bool policy_never_for_all(enum finding_code);
/* A code as it stands in a policy; unknown ones are refused. */
int policy_code(struct policy_reader *, const yaml_node_t *, int *code);

#endif
