/* SPDX-License-Identifier: ISC */
#include <stdbool.h>
#include <string.h>

#include "base/names.h"

/* Like the name service, whose place it takes, this is of the process. */
static struct {
	FILE *(*open)(const char *path, void *arg); /* NULL: ask the service */
	void *arg;
} files;

void
names_from(FILE *(*open)(const char *path, void *arg), void *arg)
{
	files.open = open;
	files.arg = arg;
}

/* The first entry of the name, or of the number if name is NULL. */
static const struct passwd *
find_user(const char *name, uid_t uid)
{
	FILE *file = files.open("/etc/passwd", files.arg);
	const struct passwd *entry = NULL;

	if (file == NULL)
		return NULL;
	while ((entry = fgetpwent(file)) != NULL) {
		if (name != NULL ? strcmp(entry->pw_name, name) == 0
				 : entry->pw_uid == uid)
			break;
	}
	fclose(file);
	return entry;
}

static const struct group *
find_group(const char *name, gid_t gid)
{
	FILE *file = files.open("/etc/group", files.arg);
	const struct group *entry = NULL;

	if (file == NULL)
		return NULL;
	while ((entry = fgetgrent(file)) != NULL) {
		if (name != NULL ? strcmp(entry->gr_name, name) == 0
				 : entry->gr_gid == gid)
			break;
	}
	fclose(file);
	return entry;
}

const struct passwd *
names_user(const char *name)
{
	return files.open == NULL ? getpwnam(name) : find_user(name, 0);
}

const struct passwd *
names_uid(uid_t uid)
{
	return files.open == NULL ? getpwuid(uid) : find_user(NULL, uid);
}

const struct group *
names_group(const char *name)
{
	return files.open == NULL ? getgrnam(name) : find_group(name, 0);
}

const struct group *
names_gid(gid_t gid)
{
	return files.open == NULL ? getgrgid(gid) : find_group(NULL, gid);
}

static bool
lists(const struct group *entry, const char *user)
{
	for (char **member = entry->gr_mem; *member != NULL; member++) {
		if (strcmp(*member, user) == 0)
			return true;
	}
	return false;
}

int
names_groups(const char *user, gid_t gid, gid_t *groups, int *count)
{
	const struct group *entry;
	int found = 0, room = *count;
	FILE *file;

	if (files.open == NULL)
		return getgrouplist(user, gid, groups, count);
	if (found++ < room)
		groups[0] = gid;
	file = files.open("/etc/group", files.arg);
	while (file != NULL && (entry = fgetgrent(file)) != NULL) {
		if (entry->gr_gid == gid || !lists(entry, user))
			continue;
		if (found++ < room)
			groups[found - 1] = entry->gr_gid;
	}
	if (file != NULL)
		fclose(file);
	*count = found;
	return found > room ? -1 : found;
}
