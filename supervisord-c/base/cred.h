/* SPDX-License-Identifier: ISC */
#ifndef BASE_CRED_H
#define BASE_CRED_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Whom a process becomes: prepared before fork, taken after it. */
struct cred {
	uid_t uid;
	gid_t gid;
	gid_t *groups; /* the full list, gid among them */
	size_t group_count;
};

/*
 * Looks up what a user becomes at log-in: primary group and every group that
 * names the user (getgrouplist(3)).  May block on the name service.  Returns
 * -1 with a sentence in *cause; "Can't find uid 1234" for an unknown id.
 */
int cred_resolve(uid_t, struct cred *, char **cause);
/* The same with another group in the place of the primary one, as
 * initgroups(3) makes it. */
int cred_resolve_with(uid_t, gid_t, struct cred *, char **cause);
void cred_done(struct cred *);

/*
 * Takes the identity for good: groups, gid, uid, then looks whether all three
 * uids and gids really changed.  Async-signal-safe; the one place in the tree
 * that calls setuid.  Returns NULL, or what failed, in Supervisor's words
 * ("Could not set groups of effective user"); then the caller must not go on
 * as the child it wanted to be.
 *
 * As Supervisor does, it changes nothing if the real uid is the target
 * already, and refuses without trying if the caller is not root.
 */
const char *cred_become(const struct cred *);
/* What cred_become would say without trying; NULL: nothing is in its way. */
const char *cred_refusal(uid_t);

/*
 * As cred_become, but takes exactly this identity whoever the caller is and
 * also drops the saved ids: for probes.  -1 and errno.
 */
int cred_impersonate(const struct cred *);

/* A user name or decimal uid that the password database knows.  -1 and
 * "Invalid user name x" or "Invalid user id n". */
int cred_parse_user(const char *, uid_t *, char **cause);
/* The same for a group. */
int cred_parse_group(const char *, gid_t *, char **cause);
/* The primary group of a known uid; -1 if unknown. */
int cred_primary_gid(uid_t, gid_t *);

#endif
