/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_ACCOUNT_H
#define PREFLIGHT_ACCOUNT_H

#include <sys/types.h>

#include "base/cred.h"

/*
 * Users and groups by name: of this system through its name service, or of an
 * unpacked image through the two files in it alone.  root as in image_open.
 */

/* -1 if there is no such user or group. */
int account_user(const char *root, const char *name, uid_t *);
int account_group(const char *root, const char *name, gid_t *);

/*
 * What initgroups(name, gid) makes: the groups that list the user, and gid.
 * The primary group of the password database is not among them unless it is
 * one of these.  -1 with *cause.
 */
int account_groups(const char *root, const char *name, gid_t, struct cred *,
    char **cause);

#endif
