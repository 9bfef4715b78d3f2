/* SPDX-License-Identifier: ISC */
#ifndef PROCESS_CHILD_MAP_H
#define PROCESS_CHILD_MAP_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Who wants to know how which child ended: one look-up per dead child, however
 * many run.
 */
struct child_map;

typedef void (*child_exited_fn)(pid_t, int status, void *arg);

struct child_map *child_map_create(void);
void child_map_free(struct child_map *); /* takes NULL */
void child_map_add(struct child_map *, pid_t, child_exited_fn, void *arg);
bool child_map_has(const struct child_map *, pid_t);
/* Nothing happens if it is not there. */
void child_map_remove(struct child_map *, pid_t);
/* Forgets the child and tells its owner; false if nobody knows it. */
bool child_map_exited(struct child_map *, pid_t, int status);

#endif
