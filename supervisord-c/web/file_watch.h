/* SPDX-License-Identifier: ISC */
#ifndef WEB_FILE_WATCH_H
#define WEB_FILE_WATCH_H

#include "loop/loop.h"

/*
 * To be told that a file may have changed: appended, truncated, replaced under
 * its name.  Over inotify; where the system gives none, by looking five times a
 * second for as long as anybody waits.
 */
struct file_watches;
struct file_watch;

struct file_watches *file_watches_create(struct loop *);
void file_watches_free(struct file_watches *); /* no watch is left */

/* fn(arg) is called from the loop, perhaps without need.  Never NULL. */
struct file_watch *file_watch_create(struct file_watches *, const char *path,
    loop_fn, void *arg);
/* Looks again which file has the name: after it was replaced. */
void file_watch_renew(struct file_watch *);
/* Not from its own callback.  Takes NULL. */
void file_watch_free(struct file_watch *);

#endif
