/* SPDX-License-Identifier: ISC */
#ifndef CONFIG_PATH_H
#define CONFIG_PATH_H

/*
 * Paths as text, by the rules of Python's os.path.  Every result is freed by
 * the caller.  base is the absolute directory that relative paths start from;
 * NULL is the current one.
 */

/* "~" and "~user" at the beginning replaced by the home directory, if that is
 * known. */
char *path_expand_user(const char *);
/* As the kernel sees it: nothing is removed, as ".." behind a link is not what
 * it seems. */
char *path_join(const char *, const char *base);
/* Absolute, without ".", ".." and doubled slashes; no link is followed.  Two
 * slashes at the beginning stay, as POSIX allows them a meaning. */
char *path_absolute(const char *, const char *base);
/* Both of these. */
char *path_normalize(const char *, const char *base);
/* All before the last slash; "" if there is none. */
char *path_directory(const char *);

#endif
