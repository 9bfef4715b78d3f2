/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_RUNTIME_DIR_H
#define PREFLIGHT_RUNTIME_DIR_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * preflight_runtime_dir (contract P3.1, P5.6): a directory for the program's
 * socket that only the program and the worker may enter.
 */

#define RUNTIME_DIR_MODE 02710

/*
 * Makes it, or gives one that belongs to the owner already the group and mode.
 * No link is followed, nothing of somebody else is changed, and it is only
 * made in a directory where nobody but root can put something in its place.
 * -1 with a sentence in *cause if it is not as wanted afterwards.
 */
int runtime_dir_make(const char *path, uid_t owner, gid_t group, char **cause);

/* Whether runtime_dir_make would have something to do there and could. */
bool runtime_dir_is_ours(const char *path, uid_t owner);

#endif
