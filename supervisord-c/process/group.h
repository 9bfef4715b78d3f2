/* SPDX-License-Identifier: ISC */
#ifndef PROCESS_GROUP_H
#define PROCESS_GROUP_H

#include <stdbool.h>
#include <stddef.h>

#include "process/process.h"

/*
 * A group's processes, in the order of the configuration, and the sockets that
 * its fcgi-programs share.
 */
struct group;

/* NULL with a sentence in *cause (a socket or AUTO log that cannot be made).
 * Borrows config, which must outlive the group. */
struct group *group_create(const struct process_env *,
    const struct group_config *, char **cause);
void group_free(struct group *); /* no child is left */

const struct group_config *group_config(const struct group *);
size_t group_count(const struct group *);
struct process *group_process(const struct group *, size_t index);
struct process *group_find(const struct group *, const char *name);
/* Every process is in STOPPED, EXITED, FATAL or UNKNOWN. */
bool group_is_stopped(const struct group *);
/* process_end for each, by descending priority, equal ones in reverse order. */
void group_end(struct group *);

#endif
