/* SPDX-License-Identifier: ISC */
#ifndef BASE_HELPER_PATH_H
#define BASE_HELPER_PATH_H

enum helper_kind {
	HELPER_PROGRAM,	 /* in bindir */
	HELPER_INTERNAL, /* in libexec */
	HELPER_MODULE,	 /* in the plugin folder */
};

/*
 * The path of another program or module of this package: beside our own
 * executable if it is there, so that a build tree works as it is, else where
 * it is installed.  The caller frees.
 */
char *helper_path(enum helper_kind, const char *name);

#endif
