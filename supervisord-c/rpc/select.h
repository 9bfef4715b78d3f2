/* SPDX-License-Identifier: ISC */
#ifndef RPC_SELECT_H
#define RPC_SELECT_H

#include <stdbool.h>
#include <stddef.h>

#include "rpc/method.h"

/*
 * Which processes a call is about (contract C2.5, C2.6).
 */

/* The processes of a group by ascending priority, equal ones in the order of
 * the configuration; of all groups one after the other if group is NULL.
 * filter may be NULL.  The caller frees the array, not what it points to. */
typedef bool (*process_filter_fn)(enum process_state);
struct process **select_processes(struct supervisor *, struct group *,
    process_filter_fn filter, size_t *count);

/* "group:process", or "name" if both are the same; the caller frees. */
char *select_namespec(const struct process *);

/*
 * The process that parameter 0 names.  NULL after answering with a fault: of
 * the type, or BAD_NAME (also for a whole group).
 */
struct process *select_process(struct rpc_call *, const struct value *params,
    const char **name);
/* As select_process, but "group:*" and "group:" give NULL and the group; both
 * NULL after answering with a fault. */
struct process *select_process_or_group(struct rpc_call *,
    const struct value *params, const char **name, struct group **group);
/* The group that parameter 0 names, or NULL after answering with a fault. */
struct group *select_group(struct rpc_call *, const struct value *params);

/* An entry of a group's answer; detail NULL: none. */
struct value *select_status(const struct process *, enum fault,
    const char *detail);

#endif
