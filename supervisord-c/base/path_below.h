/* SPDX-License-Identifier: ISC */
#ifndef BASE_PATH_BELOW_H
#define BASE_PATH_BELOW_H

#include <stdbool.h>

/*
 * Absolute paths as text, without a look at the file system.  Slashes at the
 * end of a folder do not count.
 */

/* Whether the path is the folder or in it, at any depth. */
bool path_is_below(const char *path, const char *folder);
/* The same of a place that is somebody's own: nothing is in NULL, nor in "/",
 * which is everybody's. */
bool path_is_inside(const char *path, const char *folder);
/* "folder/name", or the folder if the name is empty; the caller frees. */
char *path_below(const char *folder, const char *name);

#endif
