/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_NGINX_PROCS_H
#define PREFLIGHT_NGINX_PROCS_H

#include <stddef.h>
#include <sys/types.h>

/*
 * The processes that call themselves an nginx, or one of its forks, by their
 * titles.  Most processes of a machine are not: they cost one open and one
 * read each.  proc is a descriptor of /proc.
 */
struct nginx_procs {
	pid_t *pids;
	size_t count;
};

/* All of them; -1 and errno if the processes cannot be listed. */
int nginx_procs_find(int proc, struct nginx_procs *);
/* The master and its children; all if the kernel does not tell children. */
int nginx_procs_of_master(int proc, pid_t master, struct nginx_procs *);
void nginx_procs_done(struct nginx_procs *);

/* Of all of them those that are a master.  As nginx_procs_find. */
int nginx_procs_masters(int proc, struct nginx_procs *);

/* The title without the family's name ("worker process"), or NULL. */
const char *nginx_procs_title(const char *command);

#endif
