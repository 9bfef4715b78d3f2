/* SPDX-License-Identifier: ISC */
#include "preflight/nginx/account.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/xmalloc.h"
#include "preflight/nginx/image.h"

/*
 * The image's files are read with the C library's own parser; its name
 * service is never asked, since that would answer for this system.
 */

#define GROUPS_MAX 65536

static FILE *
open_file(const char *root, const char *path)
{
	int fd = image_open(root, path);
	FILE *file;

	if (fd == -1)
		return NULL;
	file = fdopen(fd, "re");
	if (file == NULL)
		close(fd);
	return file;
}

static int
image_user(const char *root, const char *name, uid_t *uid)
{
	FILE *file = open_file(root, "/etc/passwd");
	const struct passwd *pw;
	int result = -1;

	while (file != NULL && result == -1 && (pw = fgetpwent(file)) != NULL) {
		if (strcmp(pw->pw_name, name) != 0)
			continue;
		*uid = pw->pw_uid;
		result = 0;
	}
	if (file != NULL)
		fclose(file);
	return result;
}

int
account_user(const char *root, const char *name, uid_t *uid)
{
	const struct passwd *pw;

	if (root != NULL)
		return image_user(root, name, uid);
	pw = getpwnam(name);
	if (pw == NULL)
		return -1;
	*uid = pw->pw_uid;
	return 0;
}

/* Calls fn for each group of the image until it returns true. */
static void
each_group(const char *root, bool (*fn)(const struct group *, void *),
    void *arg)
{
	FILE *file = open_file(root, "/etc/group");
	const struct group *gr;

	if (file == NULL)
		return;
	while ((gr = fgetgrent(file)) != NULL)
		if (fn(gr, arg))
			break;
	fclose(file);
}

struct by_name {
	const char *name;
	gid_t gid;
	bool found;
};

static bool
has_name(const struct group *gr, void *arg)
{
	struct by_name *search = arg;

	if (strcmp(gr->gr_name, search->name) != 0)
		return false;
	search->gid = gr->gr_gid;
	search->found = true;
	return true;
}

int
account_group(const char *root, const char *name, gid_t *gid)
{
	struct by_name search = { .name = name };
	const struct group *gr;

	if (root != NULL)
		each_group(root, has_name, &search);
	else if ((gr = getgrnam(name)) != NULL)
		(void)has_name(gr, &search);
	if (!search.found)
		return -1;
	*gid = search.gid;
	return 0;
}

struct membership {
	const char *name;
	struct cred *cred;
};

static void
add_group(struct cred *cred, gid_t gid)
{
	for (size_t i = 0; i < cred->group_count; i++)
		if (cred->groups[i] == gid)
			return;
	cred->groups =
	    xreallocarray(cred->groups, cred->group_count + 1, sizeof(gid_t));
	cred->groups[cred->group_count++] = gid;
}

static bool
add_if_member(const struct group *gr, void *arg)
{
	const struct membership *membership = arg;

	for (size_t i = 0; gr->gr_mem[i] != NULL; i++)
		if (strcmp(gr->gr_mem[i], membership->name) == 0)
			add_group(membership->cred, gr->gr_gid);
	return membership->cred->group_count >= GROUPS_MAX;
}

static int
system_groups(const char *name, gid_t gid, struct cred *cred)
{
	int count = 64, room;
	gid_t *groups = NULL;

	do {
		room = count;
		groups = xreallocarray(groups, (size_t)room, sizeof(gid_t));
	} while (getgrouplist(name, gid, groups, &count) == -1 &&
	    count > room && count <= GROUPS_MAX);
	if (count > room) {
		free(groups);
		return -1;
	}
	cred->groups = groups;
	cred->group_count = (size_t)count;
	return 0;
}

int
account_groups(const char *root, const char *name, gid_t gid, struct cred *cred,
    char **cause)
{
	struct membership membership = { .name = name, .cred = cred };

	cred->gid = gid;
	cred->groups = NULL;
	cred->group_count = 0;
	if (root != NULL) {
		add_group(cred, gid);
		each_group(root, add_if_member, &membership);
		return 0;
	}
	if (system_groups(name, gid, cred) == -1)
		return cause_set(cause, "user '%s' is in too many groups",
		    name);
	return 0;
}
