/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/xmalloc.h"

#include "preflight/judge/runtime_dir.h"
#include "preflight/report/sentence.h"

/*
 * Every step is taken on the descriptor of the one before, so that what was
 * looked at is what is changed.
 */

/* Where others may put or move entries, they may wait for us with one. */
static bool
is_safe_parent(const struct stat *st)
{
	return st->st_uid == geteuid() &&
	    ((st->st_mode & (S_IWGRP | S_IWOTH)) == 0 ||
		(st->st_mode & S_ISVTX) != 0);
}

/* The directory of the path, name by name; -1 with *cause. */
static int
open_parent(char *path, char **name, char **cause)
{
	int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), next;
	char *rest = path, *part;

	*name = NULL;
	while (fd != -1 && (part = strsep(&rest, "/")) != NULL) {
		if (*part == '\0')
			continue;
		if (*name != NULL) {
			next = openat(fd, *name,
			    O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
			fd_close(&fd);
			fd = next;
		}
		*name = part;
	}
	if (fd == -1)
		cause_set(cause, "cannot go to its '%s' without a link: %s",
		    *name == NULL ? "/" : *name, strerror(errno));
	else if (*name == NULL || strcmp(*name, "..") == 0 ||
	    strcmp(*name, ".") == 0) {
		cause_set(cause, "it has no name of its own");
		fd_close(&fd);
	}
	return fd;
}

/* Gives it to the owner; the descriptor is the directory's. */
static int
settle(int fd, bool made, uid_t owner, gid_t group, char **cause)
{
	struct stat st;
	char *user;

	if (fstat(fd, &st) == -1)
		return cause_set(cause, "%s", strerror(errno));
	if (st.st_uid != (made ? geteuid() : owner)) {
		user = sentence_user(st.st_uid);
		cause_set(cause, "it belongs to %s and is left as it is", user);
		free(user);
		return -1;
	}
	if (st.st_uid == owner && st.st_gid == group &&
	    (st.st_mode & 07777) == RUNTIME_DIR_MODE)
		return 0;
	/* The mode last: a change of the owner may take bits of it. */
	if (fchown(fd, owner, group) == -1 ||
	    fchmod(fd, RUNTIME_DIR_MODE) == -1)
		return cause_set(cause, "cannot give it away: %s",
		    strerror(errno));
	return 0;
}

static int
make_in(int parent, const char *name, uid_t owner, gid_t group, char **cause)
{
	struct stat st;
	bool made = false;
	int fd, result;

	if (fstat(parent, &st) == -1)
		return cause_set(cause, "%s", strerror(errno));
	if (is_safe_parent(&st))
		made = mkdirat(parent, name, 0700) == 0;
	if (!made && errno != EEXIST && is_safe_parent(&st))
		return cause_set(cause, "cannot make it: %s", strerror(errno));
	fd = openat(parent, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1 && errno == ENOENT)
		return cause_set(cause,
		    "not made: others can write where it would lie");
	if (fd == -1)
		return cause_set(cause,
		    "something lies there that is no directory");
	result = settle(fd, made, owner, group, cause);
	fd_close(&fd);
	return result;
}

/* /var/run is a link that is not meant as one. */
static char *
plain_path(const char *path)
{
	return xstrdup(strncmp(path, "/var/run/", 9) == 0 ? path + 4 : path);
}

int
runtime_dir_make(const char *path, uid_t owner, gid_t group, char **cause)
{
	char *plain = plain_path(path), *name, *reason = NULL;
	int parent, result = -1;

	if (plain[0] != '/')
		cause_set(&reason, "it has to be an absolute path");
	else if ((parent = open_parent(plain, &name, &reason)) != -1) {
		result = make_in(parent, name, owner, group, &reason);
		fd_close(&parent);
	}
	if (result == -1)
		cause_set(cause, "%s: %s", path, reason);
	free(reason);
	free(plain);
	return result;
}

bool
runtime_dir_is_ours(const char *path, uid_t owner)
{
	char *plain = plain_path(path);
	struct stat st;
	bool ours;

	if (lstat(plain, &st) == -1)
		ours = errno == ENOENT;
	else
		ours = S_ISDIR(st.st_mode) && st.st_uid == owner;
	free(plain);
	return ours;
}
