/* SPDX-License-Identifier: ISC */
/*
 * glob(3) would do but for its character classes, its [^x], and the bytes that
 * it sees instead of characters as long as nobody sets a locale.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/utf8.h"
#include "base/xmalloc.h"
#include "config/path.h"
#include "config/path_glob.h"

/* A byte that is no UTF-8 is a character of its own, beyond all others. */
#define ODD_BYTE (UTF8_CODE_MAX + 1)

static size_t
character(const char *p, uint32_t *code)
{
	size_t len = utf8_decode(p, strnlen(p, UTF8_MAX), code);

	if (len > 0)
		return len;
	*code = ODD_BYTE + (unsigned char)*p;
	return 1;
}

/* The ] of the set that begins at p; NULL if it does not end. */
static const char *
set_end(const char *p)
{
	p++;
	if (*p == '!')
		p++;
	if (*p == ']')
		p++;
	return strchr(p, ']');
}

/* p is behind the [, end at the ]. */
static bool
set_has(const char *p, const char *end, uint32_t code)
{
	bool negated = *p == '!', found = false;
	uint32_t first, last;

	if (negated)
		p++;
	while (p < end) {
		p += character(p, &first);
		last = first;
		if (*p == '-' && p + 1 < end) {
			p++;
			p += character(p, &last);
		}
		found |= code >= first && code <= last;
	}
	return found != negated;
}

/* The pattern behind what matches the one character; NULL if that does not. */
static const char *
match_one(const char *pattern, uint32_t code)
{
	const char *end = *pattern == '[' ? set_end(pattern) : NULL;
	uint32_t wanted;
	size_t len;

	if (*pattern == '\0')
		return NULL;
	if (*pattern == '?')
		return pattern + 1;
	if (end != NULL)
		return set_has(pattern + 1, end, code) ? end + 1 : NULL;
	len = character(pattern, &wanted);
	return wanted == code ? pattern + len : NULL;
}

/* What follows the last * is tried at one character after the other. */
static bool
matches(const char *pattern, const char *name)
{
	const char *after_star = NULL, *tried = NULL;
	uint32_t code;
	size_t len;

	while (*name != '\0') {
		if (*pattern == '*') {
			after_star = ++pattern;
			tried = name;
			continue;
		}
		len = character(name, &code);
		pattern = match_one(pattern, code);
		if (pattern != NULL) {
			name += len;
			continue;
		}
		if (after_star == NULL)
			return false;
		pattern = after_star;
		tried += character(tried, &code);
		name = tried;
	}
	return pattern[strspn(pattern, "*")] == '\0';
}

static bool
is_pattern(const char *text)
{
	return strpbrk(text, "*?[") != NULL;
}

static bool
exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static bool
is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static char *
in_folder(const char *folder, const char *name)
{
	size_t len = strlen(folder);

	return xasprintf("%s%s%s", folder, folder[len - 1] == '/' ? "" : "/",
	    name);
}

/* Appends what of the folder has a name that matches. */
static void
list(const char *folder, const char *pattern, bool only_folders,
    struct strvec *paths)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	char *path;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0 ||
		    (entry->d_name[0] == '.' && pattern[0] != '.') ||
		    !matches(pattern, entry->d_name))
			continue;
		path = in_folder(folder, entry->d_name);
		if (!only_folders || is_directory(path))
			strvec_push(paths, path);
		free(path);
	}
	closedir(dir);
}

/* Appends the name in the folder; an empty one stands for the folder. */
static void
look(const char *folder, const char *name, struct strvec *paths)
{
	char *path = in_folder(folder, name);

	if (*name == '\0' ? is_directory(folder) : exists(path))
		strvec_push(paths, path);
	free(path);
}

static void
find(const char *pattern, bool only_folders, struct strvec *paths)
{
	const char *name = strrchr(pattern, '/') + 1;
	struct strvec folders = STRVEC_INIT;
	char *folder = path_directory(pattern);

	if (is_pattern(folder))
		find(folder, true, &folders);
	else
		strvec_push(&folders, folder);
	for (size_t i = 0; i < folders.len; i++) {
		if (is_pattern(name))
			list(folders.items[i], name, only_folders, paths);
		else
			look(folders.items[i], name, paths);
	}
	strvec_done(&folders);
	free(folder);
}

void
path_glob(const char *pattern, struct strvec *paths)
{
	if (is_pattern(pattern))
		find(pattern, false, paths);
	else if (exists(pattern))
		strvec_push(paths, pattern);
	strvec_sort(paths);
}
