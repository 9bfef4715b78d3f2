/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_JUDGE_GRANT_H
#define PREFLIGHT_JUDGE_GRANT_H

#include <stddef.h>

struct grant;
struct judge;
struct strvec;

/*
 * What present and proposed grants open beyond what nginx has to read
 * (contract P4.8 PF507 and PF514, P5.6).  The program's directory and its
 * user's home are looked at, with the budget of a start.  The caller frees
 * grants with grant_done.
 */

/* Membership of the worker in the group of the program's user. */
void judge_grant_group(struct judge *, struct grant *);
/* Directories that a plan lets the worker pass. */
void judge_grant_opened(struct judge *, const struct strvec *dirs,
    struct grant *);

/* Findings for the check: the worker is a member of the program's group; it is
 * one of the groups of several tenants; it reads for several. */
void judge_membership(struct judge *, size_t check);
void judge_memberships(struct judge *, size_t check);
void judge_tenants(struct judge *, size_t check);

#endif
