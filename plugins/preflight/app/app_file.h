/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_APP_FILE_H
#define PREFLIGHT_APP_FILE_H

#include <stddef.h>

#include "base/cred.h"

/*
 * The text of a regular file that belongs to an application (its config, its
 * start script), read by a child that has become the application's user: this
 * process, which may be root, opens nothing in such places.  image: the folder
 * of an unpacked image that the path is in, or NULL.  NULL with errno;
 * ETIMEDOUT if the file system hangs, EFBIG above max_bytes.  A NUL byte ends
 * the text.  The caller frees.
 */
char *app_file_read(const struct cred *, const char *image, const char *path,
    size_t max_bytes);

#endif
