/* SPDX-License-Identifier: ISC */
#ifndef BASE_NAMES_H
#define BASE_NAMES_H

#include <grp.h>
#include <pwd.h>
#include <stdio.h>

/*
 * Users and groups by name and number.  As a rule the name service is asked,
 * which may block.  Results are lent until the next call, NULL if there is no
 * such entry.
 */
const struct passwd *names_user(const char *name);
const struct passwd *names_uid(uid_t);
const struct group *names_group(const char *name);
const struct group *names_gid(gid_t);
/* As getgrouplist(3): the groups that list the user, and gid.  -1 if there are
 * more than *count, which then says how many. */
int names_groups(const char *user, gid_t, gid_t *groups, int *count);

/*
 * For a process that is about another system, an unpacked image: from now on
 * the entries are those of the /etc/passwd and /etc/group that open(path, arg)
 * gives, and the name service, which would answer for this system, is never
 * asked.  open gives a file to be closed here, or NULL if there is none.
 */
void names_from(FILE *(*open)(const char *path, void *arg), void *arg);

#endif
