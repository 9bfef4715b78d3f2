/* SPDX-License-Identifier: ISC */
#ifndef HTTP_HTTP_GUARD_H
#define HTTP_HTTP_GUARD_H

#include "loop/loop.h"

/*
 * Notices that something happened to the file of a unix socket: it was removed,
 * moved or changed.  The kernel tells (inotify); other files of the folder wake
 * nobody.  Not noticed is a folder above that is moved.
 */
struct http_guard;

/* Never NULL; where the kernel has no inotify to give, nothing is noticed.
 * changed(arg) is called from the loop. */
struct http_guard *http_guard_create(struct loop *, loop_fn changed, void *arg);
/* The file that has the path now is watched until it is gone. */
void http_guard_add(struct http_guard *, const char *path);
void http_guard_free(struct http_guard *); /* takes NULL */

#endif
