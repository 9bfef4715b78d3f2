/* SPDX-License-Identifier: ISC */
/*
 * nginx's disable_symlinks: it opens a path component by component, refusing
 * links (on), or links whose owner differs from their target's (if_not_owner),
 * after a prefix in which links are allowed (from=).
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "preflight/probe/check.h"

/* A component that is a link: does the rule refuse it? */
static bool
is_refused(enum link_policy policy, int dir, const char *name,
    const struct stat *link)
{
	struct stat target;

	return policy == LINKS_REFUSE || fstatat(dir, name, &target, 0) == -1 ||
	    target.st_uid != link->st_uid;
}

static void
refuse_link(struct probe_check *check, int fd, size_t len, bool last)
{
	bool same_owner = check->question->links == LINKS_SAME_OWNER;

	memcpy(check->path, check->question->path, len);
	check->path[len] = '\0';
	check->answer.through_link = true;
	check->answer.on_target = last;
	check_refuse(check, WHY_LINK_REFUSED,
	    last || same_owner ? ELOOP : ENOTDIR, fd);
}

/* Opens the part in which links are allowed. */
static int
open_allowed_part(struct probe_check *check, size_t *at)
{
	const struct question *question = check->question;
	char path[PATH_MAX];

	*at = question->links_from;
	if (*at == 0 || *at > strlen(question->path))
		*at = question->path[0] == '/' ? 1 : 0;
	memcpy(path, question->path, *at);
	path[*at] = '\0';
	return view_open(check->view, *at == 0 ? "." : path, O_PATH);
}

bool
check_links(struct probe_check *check)
{
	const char *path = check->question->path;
	char name[NAME_MAX + 1];
	struct stat st;
	size_t at, len;
	int dir, fd;
	bool refused = false;

	if (check->question->links == LINKS_FOLLOW)
		return false;
	dir = open_allowed_part(check, &at);
	while (dir != -1 && !refused) {
		at += strspn(path + at, "/");
		len = strcspn(path + at, "/");
		if (len == 0 || len > NAME_MAX)
			break;
		memcpy(name, path + at, len);
		name[len] = '\0';
		at += len;
		fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		if (fd != -1 && fstat(fd, &st) == 0 && S_ISLNK(st.st_mode)) {
			refused =
			    is_refused(check->question->links, dir, name, &st);
			if (refused)
				refuse_link(check, fd, at, path[at] == '\0');
			close(fd);
			fd = openat(dir, name, O_PATH | O_CLOEXEC);
		}
		close(dir);
		dir = fd;
	}
	if (dir != -1)
		close(dir);
	return refused;
}
