/* SPDX-License-Identifier: ISC */
/*
 * Identities.  Everything that asks the name service runs in the parent; what
 * runs after fork is system calls only.
 */
#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cred.h"
#include "base/names.h"
#include "base/parse.h"
#include "base/xmalloc.h"

#define GROUPS_MAX 65536

static int
fill_groups(struct cred *cred, const char *user, char **cause)
{
	int count = 32, room;
	gid_t *groups = NULL;

	/* getgrouplist says how many it wanted when the room was too small. */
	for (;;) {
		room = count;
		groups = xreallocarray(groups, (size_t)room, sizeof(*groups));
		if (names_groups(user, cred->gid, groups, &count) != -1)
			break;
		if (count <= room)
			count = room * 2;
		if (count > GROUPS_MAX) {
			free(groups);
			return cause_set(cause, "too many groups for user %s",
			    user);
		}
	}
	cred->groups = groups;
	cred->group_count = (size_t)count;
	return 0;
}

/* gid NULL: the primary one. */
static int
resolve(uid_t uid, const gid_t *gid, struct cred *out, char **cause)
{
	struct cred cred = { .uid = uid };
	const struct passwd *pw = names_uid(uid);
	char *user;
	int result;

	if (pw == NULL)
		return cause_set(cause, "Can't find uid %lu",
		    (unsigned long)uid);
	cred.gid = gid == NULL ? pw->pw_gid : *gid;
	user = xstrdup(pw->pw_name);
	result = fill_groups(&cred, user, cause);
	free(user);
	if (result == 0)
		*out = cred;
	return result;
}

int
cred_resolve(uid_t uid, struct cred *out, char **cause)
{
	return resolve(uid, NULL, out, cause);
}

int
cred_resolve_with(uid_t uid, gid_t gid, struct cred *out, char **cause)
{
	return resolve(uid, &gid, out, cause);
}

void
cred_done(struct cred *cred)
{
	free(cred->groups);
	*cred = (struct cred){ .groups = NULL };
}

static bool
really_became(const struct cred *cred)
{
	uid_t ruid, euid, suid;
	gid_t rgid, egid, sgid;

	return getresuid(&ruid, &euid, &suid) == 0 &&
	    getresgid(&rgid, &egid, &sgid) == 0 && ruid == cred->uid &&
	    euid == cred->uid && suid == cred->uid && rgid == cred->gid &&
	    egid == cred->gid && sgid == cred->gid;
}

const char *
cred_refusal(uid_t uid)
{
	if (getuid() == uid || getuid() == 0)
		return NULL;
	return "Can't drop privilege as nonroot user";
}

const char *
cred_become(const struct cred *cred)
{
	const char *refusal = cred_refusal(cred->uid);

	if (getuid() == cred->uid || refusal != NULL)
		return refusal;
	if (setgroups(cred->group_count, cred->groups) == -1)
		return "Could not set groups of effective user";
	if (setgid(cred->gid) == -1)
		return "Could not set group id of effective user";
	if (setuid(cred->uid) == -1 || !really_became(cred))
		return "Could not set user id of effective user";
	return NULL;
}

int
cred_impersonate(const struct cred *cred)
{
	if (setgroups(cred->group_count, cred->groups) == -1 ||
	    setresgid(cred->gid, cred->gid, cred->gid) == -1 ||
	    setresuid(cred->uid, cred->uid, cred->uid) == -1)
		return -1;
	if (!really_became(cred)) {
		errno = EPERM;
		return -1;
	}
	return 0;
}

int
cred_parse_user(const char *text, uid_t *uid, char **cause)
{
	const struct passwd *pw;
	long long number;

	if (parse_int(text, &number, NULL) == 0) {
		pw = number < 0 || number > (uid_t)-1
		    ? NULL
		    : names_uid((uid_t)number);
		if (pw == NULL)
			return cause_set(cause, "Invalid user id %s", text);
	} else {
		pw = names_user(text);
		if (pw == NULL)
			return cause_set(cause, "Invalid user name %s", text);
	}
	*uid = pw->pw_uid;
	return 0;
}

int
cred_parse_group(const char *text, gid_t *gid, char **cause)
{
	const struct group *gr;
	long long number;

	if (parse_int(text, &number, NULL) == 0) {
		gr = number < 0 || number > (gid_t)-1
		    ? NULL
		    : names_gid((gid_t)number);
		if (gr == NULL)
			return cause_set(cause, "Invalid group id %s", text);
	} else {
		gr = names_group(text);
		if (gr == NULL)
			return cause_set(cause, "Invalid group name %s", text);
	}
	*gid = gr->gr_gid;
	return 0;
}

int
cred_primary_gid(uid_t uid, gid_t *gid)
{
	const struct passwd *pw = names_uid(uid);

	if (pw == NULL)
		return -1;
	*gid = pw->pw_gid;
	return 0;
}
