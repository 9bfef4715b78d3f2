/* SPDX-License-Identifier: ISC */
/*
 * The kernel's walk, repeated slowly.  The kernel says only that a path is
 * refused; here every component is opened on its own, so that the first one
 * that fails is known, with a descriptor of the directory before it: reading
 * mode and ACL of that needs no right on it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "preflight/probe/walk.h"

#define LINKS_MAX 40
#define HOLD	  (O_PATH | O_NOFOLLOW | O_CLOEXEC)

/* What is still to be walked; links are put in front of it. */
struct rest {
	char text[2 * PATH_MAX];
	size_t at;
	size_t outer_left; /* bytes after the outermost link */
	bool in_link;
};

static bool
same_object(int a, int b)
{
	struct stat one, other;

	return fstat(a, &one) == 0 && fstat(b, &other) == 0 &&
	    one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

static void
refuse(struct walk *walk, enum why why, int error)
{
	walk->why = why;
	walk->error = error;
}

/* Takes fd as where the walk is now. */
static void
stand_on(struct walk *walk, int fd)
{
	if (walk->fd != -1)
		close(walk->fd);
	walk->fd = fd;
}

static void
tell(struct walk *walk, int fd)
{
	if (walk->step != NULL)
		walk->step(walk->path, fd, walk->arg);
}

/* Appends a name to the path; false if it does not fit. */
static bool
path_enter(struct walk *walk, const char *name)
{
	size_t used = strlen(walk->path), len = strlen(name);

	if (used + len + 2 > sizeof(walk->path))
		return false;
	if (used > 0 && walk->path[used - 1] != '/')
		walk->path[used++] = '/';
	memcpy(walk->path + used, name, len);
	walk->path[used + len] = '\0';
	return true;
}

static void
path_leave(struct walk *walk)
{
	char *slash = strrchr(walk->path, '/');

	if (slash == NULL)
		walk->path[0] = '\0';
	else
		slash[slash == walk->path ? 1 : 0] = '\0';
}

/* The next component, NUL-terminated in name; 0 at the end. */
static size_t
rest_take(struct rest *rest, char name[NAME_MAX + 2])
{
	size_t len;

	rest->at += strspn(rest->text + rest->at, "/");
	len = strcspn(rest->text + rest->at, "/");
	if (len > NAME_MAX + 1)
		len = NAME_MAX + 1;
	memcpy(name, rest->text + rest->at, len);
	name[len] = '\0';
	rest->at += len;
	if (rest->in_link && strlen(rest->text + rest->at) < rest->outer_left)
		rest->in_link = false;
	return len;
}

static bool
rest_is_empty(const struct rest *rest)
{
	return rest->text[rest->at + strspn(rest->text + rest->at, "/")] ==
	    '\0';
}

/* Puts a link's target in front; false if that is too long. */
static bool
rest_insert(struct rest *rest, const char *target, size_t len)
{
	char joined[sizeof(rest->text)];
	size_t left = strlen(rest->text + rest->at);

	if (len + 1 + left + 1 > sizeof(joined))
		return false;
	memcpy(joined, target, len);
	joined[len] = '/';
	memcpy(joined + len + 1, rest->text + rest->at, left + 1);
	if (left == 0)
		joined[len] = '\0';
	if (!rest->in_link)
		rest->outer_left = left;
	rest->in_link = true;
	memcpy(rest->text, joined, sizeof(joined));
	rest->at = 0;
	return true;
}

/* May the kernel's rule for links in sticky directories refuse this one? */
static bool
is_protected_link(int dir, const struct stat *link)
{
	struct stat st;

	return fstat(dir, &st) == 0 && (st.st_mode & S_ISVTX) != 0 &&
	    (st.st_mode & S_IWOTH) != 0 && link->st_uid != st.st_uid &&
	    link->st_uid != geteuid();
}

/* Opens the root, or the working directory for a relative path. */
static bool
start(struct walk *walk, const char *path)
{
	const struct view *view = walk->view;
	int fd, from = path[0] == '/' ? view->root : view->cwd;

	walk->path[0] = '\0';
	if (path[0] == '/')
		memcpy(walk->path, "/", 2);
	if (from == -1 || path[0] == '\0') {
		refuse(walk, WHY_MISSING, ENOENT);
		return false;
	}
	fd = fcntl(from, F_DUPFD_CLOEXEC, 3);
	if (fd == -1) {
		refuse(walk, WHY_OTHER_ERROR, errno);
		return false;
	}
	stand_on(walk, fd);
	tell(walk, fd);
	return true;
}

/* The walk ends at the outermost link, not where the link leads. */
static void
blame_link(struct walk *walk, enum why why, int error)
{
	refuse(walk, why, error);
	memcpy(walk->path, walk->link, sizeof(walk->path));
	stand_on(walk, -1);
}

/* A component could not be opened: what that means. */
static void
refused_at(struct walk *walk, const struct rest *rest, const char *name)
{
	int error = errno;

	if (error == EACCES)
		refuse(walk, WHY_SEARCH, error);
	else if (error == ENOTDIR)
		refuse(walk, WHY_NOT_DIRECTORY, error);
	else if (error == ENAMETOOLONG)
		refuse(walk, WHY_TOO_LONG, error);
	else if (error == ENOENT && rest->in_link)
		blame_link(walk, WHY_DANGLING, error);
	else {
		walk->on_target = rest_is_empty(rest);
		refuse(walk, error == ENOENT ? WHY_MISSING : WHY_OTHER_ERROR,
		    error);
		path_enter(walk, name);
		stand_on(walk, -1);
	}
}

/* Goes back to where absolute paths begin. */
static bool
back_to_root(struct walk *walk)
{
	int root = fcntl(walk->view->root, F_DUPFD_CLOEXEC, 3);

	if (root == -1) {
		refuse(walk, WHY_OTHER_ERROR, errno);
		return false;
	}
	stand_on(walk, root);
	memcpy(walk->path, "/", 2);
	return true;
}

/* Follows the link that fd is; the walk goes on at its target. */
static bool
follow(struct walk *walk, struct rest *rest, int fd, const char *name)
{
	char target[PATH_MAX];
	ssize_t len = readlinkat(fd, "", target, sizeof(target));

	path_enter(walk, name);
	tell(walk, fd);
	if (!rest->in_link)
		memcpy(walk->link, walk->path, sizeof(walk->link));
	path_leave(walk);
	if (len <= 0) {
		refuse(walk, WHY_OTHER_ERROR, len == 0 ? ENOENT : errno);
		return false;
	}
	if (++walk->links > LINKS_MAX) {
		blame_link(walk, WHY_LOOP, ELOOP);
		return false;
	}
	if (!rest_insert(rest, target, (size_t)len)) {
		refuse(walk, WHY_TOO_LONG, ENAMETOOLONG);
		return false;
	}
	return target[0] != '/' || back_to_root(walk);
}

/* Makes the component the place to stand on. */
static void
arrive(struct walk *walk, int fd, const char *name)
{
	bool up = strcmp(name, "..") == 0;

	if (up && walk->view->beneath &&
	    same_object(walk->fd, walk->view->root)) {
		close(fd);
		return;
	}
	stand_on(walk, fd);
	if (up)
		path_leave(walk);
	else if (strcmp(name, ".") != 0)
		path_enter(walk, name);
	tell(walk, fd);
}

/* One component further; false: the walk is over, well or not. */
static bool
take_step(struct walk *walk, struct rest *rest)
{
	char name[NAME_MAX + 2];
	struct stat st;
	bool last, followed;
	int fd;

	if (rest_take(rest, name) == 0)
		return false;
	last = rest_is_empty(rest);
	fd = openat(walk->fd, name, HOLD);
	if (fd == -1) {
		refused_at(walk, rest, name);
		return false;
	}
	if (fstat(fd, &st) == -1 || !S_ISLNK(st.st_mode) ||
	    (last && walk->nofollow && !rest->in_link)) {
		arrive(walk, fd, name);
		return true;
	}
	if (last && is_protected_link(walk->fd, &st))
		walk->protected_link = true;
	followed = follow(walk, rest, fd, name);
	close(fd);
	return followed;
}

void
walk_to(struct walk *walk, const char *path)
{
	struct rest rest = { .at = 0 };
	size_t len = strlen(path);
	struct stat st;

	walk->why = WHY_NONE;
	walk->error = 0;
	walk->fd = -1;
	walk->links = 0;
	walk->on_target = walk->protected_link = false;
	if (!start(walk, path))
		return;
	if (len >= PATH_MAX) {
		refuse(walk, WHY_TOO_LONG, ENAMETOOLONG);
		return;
	}
	memcpy(rest.text, path, len + 1);
	while (take_step(walk, &rest))
		;
	if (walk->why != WHY_NONE)
		return;
	walk->on_target = true;
	if (path[len - 1] == '/' && fstat(walk->fd, &st) == 0 &&
	    !S_ISDIR(st.st_mode))
		refuse(walk, WHY_NOT_DIRECTORY, ENOTDIR);
}

void
walk_done(struct walk *walk)
{
	stand_on(walk, -1);
}

/* openat2(2) would take the working directory for the root: by hand. */
static int
open_relative_beneath(const struct view *view, const char *path, int flags)
{
	struct walk walk = {
		.view = view,
		.nofollow = (flags & O_NOFOLLOW) != 0,
	};
	int fd;

	walk_to(&walk, path);
	if (walk.why != WHY_NONE) {
		walk_done(&walk);
		errno = walk.error;
		return -1;
	}
	fd = fcntl(walk.fd, F_DUPFD_CLOEXEC, 3);
	walk_done(&walk);
	return fd;
}

int
view_open(const struct view *view, const char *path, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC),
		.resolve = RESOLVE_IN_ROOT,
	};

	if (!view->beneath && path[0] == '/')
		return open(path, flags | O_CLOEXEC);
	if (path[0] == '/')
		return (int)syscall(SYS_openat2, view->root, path, &how,
		    sizeof(how));
	if (view->cwd == -1) {
		errno = ENOENT;
		return -1;
	}
	if (!view->beneath)
		return openat(view->cwd, path, flags | O_CLOEXEC);
	return open_relative_beneath(view, path, flags);
}
