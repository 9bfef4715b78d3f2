/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_POLICY_APPLY_H
#define PREFLIGHT_POLICY_APPLY_H

#include "preflight/policy/policy.h"

struct preflight_keys;
struct program_report;
struct report;

/* Before the checks: what the policy says about a program, where the program's
 * own keys say nothing. */
void policy_apply_keys(const struct policy *, const char *program,
    struct preflight_keys *);

/* After the checks: codes, secrets that are none, waivers.  Marks the waivers
 * that were used. */
void policy_apply_program(struct policy *, struct report *,
    struct program_report *, time_t now);
/* The same for what concerns no program. */
void policy_apply_report(struct policy *, struct report *, time_t now);
/* At the end: waivers that are over (PF920) or were not needed (PF921). */
void policy_report_waivers(const struct policy *, struct report *, time_t now);

#endif
