/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_IMAGE_H
#define PREFLIGHT_IMAGE_H

/*
 * Opens a file to read, below another root if root is not NULL: links,
 * absolute ones too, then cannot lead out of it.  Never blocks on a FIFO.
 * -1 and errno.
 */
int image_open(const char *root, const char *path);
/* The same below a directory that is open; AT_FDCWD: below our own root. */
int image_open_at(int dir, const char *path);

#endif
