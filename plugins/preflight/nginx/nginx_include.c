/* SPDX-License-Identifier: ISC */
#include "preflight/nginx/nginx_include.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/strbuf.h"
#include "base/xmalloc.h"
#include "preflight/nginx/image.h"
#include "preflight/witness/witness.h"

/*
 * Finding and opening the files of a configuration.  Relative names count
 * from the directory of the main file, whoever includes them; the same file
 * included twice is read twice, as it may mean something else in each place.
 * Limits keep a hostile or broken set of files from eating the machine.
 */

#define INCLUDE_DEPTH_MAX 64
#define INCLUDE_BYTES_MAX (64 * 1024 * 1024)

/*
 * Reading
 */

static bool
is_later(const struct timespec *one, const struct timespec *other)
{
	return one->tv_sec > other->tv_sec ||
	    (one->tv_sec == other->tv_sec && one->tv_nsec > other->tv_nsec);
}

static void
note_change(struct nginx_tree *tree, const char *path, const struct stat *st)
{
	const struct timespec *changed =
	    is_later(&st->st_ctim, &st->st_mtim) ? &st->st_ctim : &st->st_mtim;

	if (!is_later(changed, &tree->changed))
		return;
	tree->changed = *changed;
	free(tree->changed_path);
	tree->changed_path = xstrdup(path);
}

/* Links lead elsewhere since they were made, however old that is.  What
 * another root's links mean is not to be seen from here. */
static void
note_links(struct nginx_tree *tree, const char *path)
{
	struct stat st;

	for (const char *p = path; tree->root_dir == NULL && *p != '\0';) {
		size_t len = strspn(p, "/");
		char *part;

		p += len + strcspn(p + len, "/");
		part = xstrndup(path, (size_t)(p - path));
		if (lstat(part, &st) == 0 && S_ISLNK(st.st_mode))
			note_change(tree, part, &st);
		free(part);
	}
}

/* The folder of a file that was found by a pattern, or of the pattern. */
static void
note_folder(struct nginx_tree *tree, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = xstrndup(path, (size_t)(slash - path) + 1);
	struct stat st;

	if (stat(folder, &st) == 0)
		note_change(tree, folder, &st);
	free(folder);
}

/* The path as the tree keeps it for its nodes. */
static const char *
note_file(struct nginx_tree *tree, const char *path, const struct stat *st)
{
	note_change(tree, path, st);
	note_links(tree, path);
	for (size_t i = 0; i < tree->file_count; i++)
		if (strcmp(tree->files[i], path) == 0)
			return tree->files[i];
	tree->files = xreallocarray(tree->files, tree->file_count + 1,
	    sizeof(*tree->files));
	tree->files[tree->file_count] = xstrdup(path);
	return tree->files[tree->file_count++];
}

/* The text of an open file, at most max bytes; NULL and errno. */
static char *
read_text(int fd, size_t max, size_t *len)
{
	struct strbuf text;
	ssize_t n;

	strbuf_init(&text);
	while ((n = read(fd, strbuf_reserve(&text, 65536), 65536)) > 0) {
		strbuf_grew(&text, (size_t)n);
		if (text.len > max) {
			n = -1;
			errno = EFBIG;
			break;
		}
	}
	if (n == -1) {
		int saved = errno;

		strbuf_done(&text);
		errno = saved;
		return NULL;
	}
	*len = text.len;
	return strbuf_steal(&text);
}

static bool
in_chain(const struct nginx_open_file *file, const struct stat *st)
{
	for (; file != NULL; file = file->above)
		if (file->dev == st->st_dev && file->ino == st->st_ino)
			return true;
	return false;
}

/* Whether the open file can be read as one; else errno. */
static bool
is_readable_kind(const struct stat *st)
{
	/* A character device is /dev/null in practice; a FIFO would hang. */
	if (S_ISREG(st->st_mode) || S_ISCHR(st->st_mode))
		return true;
	errno = S_ISDIR(st->st_mode) ? EISDIR : EINVAL;
	return false;
}

/* Reads the open file into the block; sets *cause if it cannot. */
static int
parse_fd(struct nginx_tree *tree, int fd, struct nginx_open_file *file,
    struct nginx_node *into, unsigned depth)
{
	struct stat st;
	char *text;

	if (fstat(fd, &st) == -1 || !is_readable_kind(&st))
		return -1;
	if (in_chain(file->above, &st)) {
		errno = EDEADLK;
		return -1;
	}
	text = S_ISREG(st.st_mode)
	    ? read_text(fd, INCLUDE_BYTES_MAX - tree->bytes, &file->len)
	    : xstrdup("");
	if (text == NULL)
		return -1;
	tree->bytes += file->len;
	file->dev = st.st_dev;
	file->ino = st.st_ino;
	file->text = text;
	file->path = note_file(tree, file->path, &st);
	nginx_tree_parse(tree, into, depth, file);
	free(text);
	return 0;
}

/* As nginx_include_main, for any file; -1 and errno, which is EDEADLK for a
 * file that is being read already. */
static int
parse_path(struct nginx_tree *tree, const char *path, struct nginx_node *into,
    unsigned depth, const struct nginx_open_file *from)
{
	struct nginx_open_file file = { .path = path, .above = from };
	int fd, result, saved;

	file.count = from == NULL ? 0 : from->count + 1;
	if (file.count > INCLUDE_DEPTH_MAX) {
		errno = EDEADLK;
		return -1;
	}
	fd = image_open(tree->root_dir, path);
	if (fd == -1)
		return -1;
	result = parse_fd(tree, fd, &file, into, depth);
	saved = errno;
	close(fd);
	errno = saved;
	return result;
}

int
nginx_include_main(struct nginx_tree *tree, const char *path, char **cause)
{
	if (parse_path(tree, path, tree->root, 0, NULL) == 0)
		return 0;
	tree->complete = false;
	return cause_set(cause, "open() \"%s\" failed (%d: %s)", path, errno,
	    strerror(errno));
}

/*
 * Include directives
 */

static void
include_failed(struct nginx_tree *tree, const struct nginx_node *directive,
    const char *path)
{
	bool absent = errno == ENOENT || errno == EACCES || errno == ENOTDIR;

	tree->complete = false;
	if (errno == EDEADLK)
		nginx_tree_problem(tree, "PF002", directive->file,
		    directive->line, "\"%s\" includes itself", path);
	else if (errno == EFBIG)
		nginx_tree_problem(tree, "PF002", directive->file,
		    directive->line, "the configuration is too large");
	else
		nginx_tree_problem(tree, absent ? "PF001" : "PF002",
		    directive->file, directive->line,
		    "%s \"%s\" failed (%d: %s)",
		    errno == EISDIR ? "read()" : "open()", path, errno,
		    strerror(errno));
}

static void
include_one(struct nginx_tree *tree, const struct nginx_node *directive,
    const char *path, const struct nginx_open_file *from, unsigned depth)
{
	if (parse_path(tree, path, directive->parent, depth, from) == -1)
		include_failed(tree, directive, path);
}

static int
compare_paths(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The pattern with the tree's root in front, in which nothing is special. */
static char *
pattern_in_root(const struct nginx_tree *tree, const char *pattern)
{
	struct strbuf text;

	strbuf_init(&text);
	for (const char *p = tree->root_dir; p != NULL && *p != '\0'; p++) {
		if (strchr("*?[]\\", *p) != NULL)
			strbuf_addch(&text, '\\');
		strbuf_addch(&text, *p);
	}
	strbuf_addstr(&text, pattern);
	return strbuf_steal(&text);
}

/*
 * glob() takes a directory that may not be listed for an empty one.  errno if
 * the one in front of the first special character is such.
 */
static int
unlisted(const char *pattern)
{
	char *dir = xstrndup(pattern, strcspn(pattern, "*?["));
	char *slash = strrchr(dir, '/');
	int result;

	if (slash != NULL)
		slash[1] = '\0';
	result = access(dir, R_OK | X_OK) == -1 && errno == EACCES ? EACCES : 0;
	free(dir);
	return result;
}

static void
include_pattern(struct nginx_tree *tree, const struct nginx_node *directive,
    const char *pattern, const struct nginx_open_file *from, unsigned depth)
{
	char *full = pattern_in_root(tree, pattern);
	size_t skip = tree->root_dir == NULL ? 0 : strlen(tree->root_dir);
	glob_t found;

	witness_glob(full);
	/* Of a pattern with folders in it only those are known in which it
	 * found something. */
	note_folder(tree, full);
	/* Sorted by bytes whatever the locale, as nginx sets none. */
	switch (glob(full, GLOB_NOSORT, NULL, &found)) {
	case 0:
		qsort(found.gl_pathv, found.gl_pathc, sizeof(char *),
		    compare_paths);
		for (size_t i = 0; i < found.gl_pathc; i++) {
			note_folder(tree, found.gl_pathv[i]);
			include_one(tree, directive, found.gl_pathv[i] + skip,
			    from, depth);
		}
		break;
	case GLOB_NOMATCH:
		if ((errno = unlisted(full)) != 0)
			include_failed(tree, directive, pattern);
		break;
	default:
		errno = EIO;
		include_failed(tree, directive, pattern);
	}
	globfree(&found);
	free(full);
}

void
nginx_include(struct nginx_tree *tree, const struct nginx_node *directive,
    const struct nginx_open_file *from, unsigned depth)
{
	const char *name = directive->args[1];
	char *path;

	path = name[0] == '/' ? xstrdup(name)
			      : xasprintf("%s%s", tree->conf_dir, name);
	if (strpbrk(path, "*?[") == NULL)
		include_one(tree, directive, path, from, depth);
	else
		include_pattern(tree, directive, path, from, depth);
	free(path);
}
