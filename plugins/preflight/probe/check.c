/* SPDX-License-Identifier: ISC */
/*
 * The checks themselves: each makes the calls nginx (or the app) would make,
 * and where one is refused finds out by a slow walk what refused it.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "preflight/probe/check.h"
#include "preflight/probe/facts.h"

int
check_access(int fd, int how)
{
	char name[FACTS_LINK_SIZE];

	facts_fd_name(fd, name);
	return faccessat(AT_FDCWD, name, how, 0) == 0 ? 0 : errno;
}

static void
allow(struct probe_check *check, int fd)
{
	check->answer.verdict = ANSWER_YES;
	check->answer.why = WHY_NONE;
	check->answer.on_target = true;
	if (check->question->and_write)
		check->answer.numbers[0] = check_access(fd, W_OK) == 0;
	if (!check->question->brief)
		facts_read(fd, true, &check->answer.facts);
}

void
check_refuse(struct probe_check *check, enum why why, int error, int fd)
{
	check->answer.verdict = ANSWER_NO;
	check->answer.why = (uint16_t)why;
	check->answer.error = error;
	if (fd != -1)
		facts_read(fd, true, &check->answer.facts);
}

/* What the slow walk found becomes the answer. */
static void
refuse_as_walk(struct probe_check *check, const struct walk *walk)
{
	memcpy(check->path, walk->path, sizeof(check->path));
	check->answer.on_target = walk->on_target;
	check->answer.through_link = walk->links > 0;
	check_refuse(check, walk->why, walk->error, walk->fd);
}

/* The kernel refused, the slow walk did not: a rule about links, or a file
 * system or security module with rules of its own. */
static void
refuse_without_walk(struct probe_check *check, struct walk *walk, int error)
{
	enum why why = WHY_OTHER_ERROR;
	int fd;

	refuse_as_walk(check, walk);
	if (error == EACCES && walk->protected_link) {
		memcpy(check->path, walk->link, sizeof(check->path));
		fd = view_open(check->view, walk->link, O_PATH | O_NOFOLLOW);
		check_refuse(check, WHY_LINK_PROTECTED, error, fd);
		if (fd != -1)
			close(fd);
		return;
	}
	if (error == ELOOP)
		why = WHY_LOOP;
	else if (error == ENOTDIR)
		why = WHY_NOT_DIRECTORY;
	check_refuse(check, why, error, walk->fd);
}

int
check_reach(struct probe_check *check, const char *path, int flags)
{
	struct walk walk = {
		.view = check->view,
		.nofollow = (flags & O_NOFOLLOW) != 0,
	};
	int error, fd = view_open(check->view, path, O_PATH | flags);

	if (fd != -1)
		return fd;
	error = errno;
	walk_to(&walk, path);
	if (walk.why != WHY_NONE)
		refuse_as_walk(check, &walk);
	else
		refuse_without_walk(check, &walk, error);
	walk_done(&walk);
	return -1;
}

void
check_refuse_target(struct probe_check *check, enum why why, int error)
{
	struct walk walk = { .view = check->view };

	walk_to(&walk, check->question->path);
	refuse_as_walk(check, &walk);
	check_refuse(check, why, error, -1);
	check->answer.on_target = true;
	walk_done(&walk);
}

/* An open or access call on the target itself was refused. */
static void
refuse_access(struct probe_check *check, enum why why, int error)
{
	if (error == EROFS)
		why = WHY_READ_ONLY;
	else if (error != EACCES && error != EPERM)
		why = WHY_OTHER_ERROR;
	check_refuse_target(check, why, error);
}

/* Whether fd has the type; if not, the answer is no. */
static bool
has_type(struct probe_check *check, int fd, mode_t type)
{
	struct stat st;
	enum why why = WHY_NOT_REGULAR;

	if (fstat(fd, &st) == -1) {
		refuse_access(check, type == S_IFDIR ? WHY_SEARCH : WHY_READ,
		    errno);
		return false;
	}
	if ((st.st_mode & S_IFMT) == type)
		return true;
	if (type == S_IFDIR)
		why = WHY_NOT_DIRECTORY;
	else if (S_ISDIR(st.st_mode))
		why = WHY_IS_DIRECTORY;
	check_refuse_target(check, why, type == S_IFDIR ? ENOTDIR : EINVAL);
	return false;
}

/* Reaches the target, with nginx's rules about links. */
static int
reach_target(struct probe_check *check)
{
	int fd = check_reach(check, check->question->path, 0);

	if (fd != -1 && check_links(check)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Opens what fd refers to for real; 0 or an errno. */
static int
open_again(int fd, int flags)
{
	char name[FACTS_LINK_SIZE];
	int opened;

	facts_fd_name(fd, name);
	opened = open(name, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (opened == -1)
		return errno;
	close(opened);
	return 0;
}

/* Looks "." up in it: the kernel asks for search permission. */
static int
try_search(int dir)
{
	int fd = openat(dir, ".", O_PATH | O_CLOEXEC);

	if (fd == -1)
		return errno;
	close(fd);
	return 0;
}

static void
finish(struct probe_check *check, int fd, enum why why, int error)
{
	if (error == 0)
		allow(check, fd);
	else
		refuse_access(check, why, error);
}

static void
check_enter(struct probe_check *check, int fd)
{
	if (has_type(check, fd, S_IFDIR))
		finish(check, fd, WHY_SEARCH, try_search(fd));
}

static void
check_list_dir(struct probe_check *check, int fd)
{
	int error;

	if (!has_type(check, fd, S_IFDIR))
		return;
	error = open_again(fd, O_RDONLY | O_DIRECTORY);
	if (error != 0)
		refuse_access(check, WHY_LIST, error);
	else
		finish(check, fd, WHY_SEARCH, try_search(fd));
}

/* What kind of content the file has, from 64 bytes at most. */
static enum content
peek(int fd)
{
	char name[FACTS_LINK_SIZE], bytes[CONTENT_HEAD];
	enum content content = CONTENT_UNKNOWN;
	enum content_more more;
	off_t at = CONTENT_HEAD;
	struct stat st;
	ssize_t n;
	int file;

	facts_fd_name(fd, name);
	file = open(name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (file == -1)
		return CONTENT_UNKNOWN;
	n = pread(file, bytes, CONTENT_HEAD, 0);
	if (n >= 0)
		content = content_of_head(bytes, (size_t)n, &more);
	if (n == CONTENT_HEAD && more != MORE_NOTHING) {
		if (more == MORE_LAST && fstat(file, &st) == 0 &&
		    st.st_size > CONTENT_HEAD + CONTENT_MORE)
			at = st.st_size - CONTENT_MORE;
		n = pread(file, bytes, CONTENT_MORE, at);
		if (n > 0)
			content =
			    content_of_more(content, more, bytes, (size_t)n);
	}
	close(file);
	return content;
}

static void
check_read_file(struct probe_check *check, int fd)
{
	if (!has_type(check, fd, S_IFREG))
		return;
	if (check->question->peek)
		check->answer.numbers[1] = peek(fd);
	/* Also of one that it may not read. */
	if (check->question->and_write)
		check->answer.numbers[0] = check_access(fd, W_OK) == 0;
	finish(check, fd, WHY_READ,
	    check->question->stat_only ? check_access(fd, R_OK)
				       : open_again(fd, O_RDONLY));
}

static void
check_execute(struct probe_check *check, int fd)
{
	if (has_type(check, fd, S_IFREG))
		finish(check, fd, WHY_EXECUTE_DENIED, check_access(fd, X_OK));
}

static void
check_stat(struct probe_check *check, int fd)
{
	allow(check, fd);
}

/* The path without its last component; false if there is none before it. */
static bool
cut_last(char *path)
{
	size_t len = strlen(path);
	char *slash;

	while (len > 1 && path[len - 1] == '/')
		path[--len] = '\0';
	slash = strrchr(path, '/');
	if (slash == NULL || len <= 1)
		return false;
	slash[slash == path ? 1 : 0] = '\0';
	return true;
}

void
check_parent(const char *path, char parent[PATH_MAX])
{
	memcpy(parent, path, strlen(path) + 1);
	if (!cut_last(parent))
		memcpy(parent, path[0] == '/' ? "/" : ".", 2);
}

/* May files be created in the directory fd, which path names? */
static void
check_create(struct probe_check *check, int fd, const char *path)
{
	int error = check_access(fd, W_OK | X_OK);

	if (error == 0) {
		allow(check, fd);
		return;
	}
	memcpy(check->path, path, strlen(path) + 1);
	check_refuse(check, error == EROFS ? WHY_READ_ONLY : WHY_WRITE, error,
	    fd);
}

/*
 * The directory, or the deepest one on the way to it that is there: what is
 * missing would have to be created in that one.
 */
static void
check_write_dir(struct probe_check *check)
{
	char path[PATH_MAX];
	bool whole = true;
	int fd;

	if (strlen(check->question->path) >= sizeof(path)) {
		check_refuse(check, WHY_TOO_LONG, ENAMETOOLONG, -1);
		return;
	}
	memcpy(path, check->question->path, strlen(check->question->path) + 1);
	while ((fd = check_reach(check, path, 0)) == -1 &&
	    check->answer.why == WHY_MISSING && cut_last(path))
		whole = false;
	if (fd == -1)
		return;
	check->path[0] = '\0';
	if (has_type(check, fd, S_IFDIR))
		check_create(check, fd, path);
	check->answer.on_target = whole;
	close(fd);
}

/* The kernel's rule for opening files of others with O_CREAT in a sticky
 * directory. */
static bool
is_protected_file(struct probe_check *check, int fd)
{
	char path[PATH_MAX];
	struct stat file, dir;
	int parent;
	bool result;

	if (!check->protects_files)
		return false;
	check_parent(check->question->path, path);
	parent = view_open(check->view, path, O_PATH | O_DIRECTORY);
	if (parent == -1)
		return false;
	result = fstat(parent, &dir) == 0 && fstat(fd, &file) == 0 &&
	    (dir.st_mode & S_ISVTX) != 0 &&
	    (dir.st_mode & (S_IWOTH | S_IWGRP)) != 0 &&
	    file.st_uid != dir.st_uid && file.st_uid != geteuid();
	close(parent);
	return result;
}

static void
check_write_file(struct probe_check *check)
{
	char path[PATH_MAX];
	int fd = check_reach(check, check->question->path, 0);

	if (fd != -1 && has_type(check, fd, S_IFREG)) {
		if (is_protected_file(check, fd))
			check_refuse_target(check, WHY_FILE_PROTECTED, EACCES);
		else
			finish(check, fd, WHY_WRITE, check_access(fd, W_OK));
	}
	if (fd != -1) {
		close(fd);
		return;
	}
	if (check->answer.why != WHY_MISSING || !check->answer.on_target)
		return;
	check_parent(check->question->path, path);
	fd = check_reach(check, path, 0);
	if (fd == -1)
		return;
	check->path[0] = '\0';
	check_create(check, fd, path);
	check->answer.on_target = false;
	close(fd);
}

static void
check_facts(struct probe_check *check)
{
	int fd = check_reach(check, check->question->path, O_NOFOLLOW);

	if (fd == -1)
		return;
	allow(check, fd);
	close(fd);
}

/* Checks that begin with reaching the target. */
static void (*const on_target[])(struct probe_check *, int fd) = {
	[ASK_ENTER] = check_enter,
	[ASK_READ_FILE] = check_read_file,
	[ASK_STAT] = check_stat,
	[ASK_LIST_DIR] = check_list_dir,
	[ASK_EXECUTE] = check_execute,
};

/* Checks that find their way themselves. */
static void (*const on_path[])(struct probe_check *) = {
	[ASK_WRITE_DIR] = check_write_dir,
	[ASK_WRITE_FILE] = check_write_file,
	[ASK_SOCKET] = check_socket,
	[ASK_BIND_SOCKET] = check_bind_socket,
	[ASK_FACTS] = check_facts,
};

static void
send_step(const char *path, int fd, void *arg)
{
	struct probe_check *check = arg;
	struct record record;

	record_init(&record, RECORD_STEP, check->index);
	facts_read(fd, true, &record.facts);
	record_send(check->out, &record, path);
}

static void
trace(struct probe_check *check)
{
	struct walk walk = {
		.view = check->view,
		.nofollow = check->question->what == ASK_FACTS,
		.step = send_step,
		.arg = check,
	};

	walk_to(&walk, check->question->path);
	walk_done(&walk);
}

void
check_run(struct probe_check *check)
{
	enum ask what = check->question->what;
	int fd;

	record_init(&check->answer, RECORD_ANSWER, check->index);
	check->path[0] = '\0';
	if (check->question->trace)
		trace(check);
	if (strlen(check->question->path) >= PATH_MAX) {
		check_refuse(check, WHY_TOO_LONG, ENAMETOOLONG, -1);
		return;
	}
	if (what < sizeof(on_path) / sizeof(on_path[0]) &&
	    on_path[what] != NULL) {
		on_path[what](check);
		return;
	}
	fd = reach_target(check);
	if (fd == -1)
		return;
	on_target[what](check, fd);
	close(fd);
}
