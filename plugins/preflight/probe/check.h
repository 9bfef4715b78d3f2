/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_CHECK_H
#define PREFLIGHT_CHECK_H

#include "preflight/probe/record.h"
#include "preflight/probe/walk.h"

/*
 * Answering one question by system calls, inside a probe child whose working
 * directory is /proc/self/fd (contract P4.2).  Nothing is allocated.
 */
struct probe_check {
	const struct view *view;
	const struct question *question;
	int out; /* where traced steps go */
	uint32_t index;
	bool protects_files;  /* fs.protected_regular is on */
	struct record answer; /* what is found */
	char path[PATH_MAX];  /* of the blocker; empty: none */
};

/* Fills answer and path. */
void check_run(struct probe_check *);

/*
 * Whether nginx's disable_symlinks would refuse a link in the question's path,
 * which can be opened; then answer and path say which.
 */
bool check_links(struct probe_check *);

/* For the files that hold the checks. */

/* The answer is no, because of what fd is (-1: nothing is known of it). */
void check_refuse(struct probe_check *, enum why, int error, int fd);
/* The same, naming the target itself with its links resolved. */
void check_refuse_target(struct probe_check *, enum why, int error);
/*
 * Opens the path O_PATH with more flags as the kernel does; when that fails
 * the answer says what is in the way, and -1 is returned.
 */
int check_reach(struct probe_check *, const char *path, int flags);
/* faccessat(2) on what an O_PATH descriptor refers to; 0 or an errno. */
int check_access(int fd, int how);

/* The directory part of a path that fits: "." or "/" if there is no other. */
void check_parent(const char *path, char parent[PATH_MAX]);

/* Sockets, in check_socket.c. */
void check_socket(struct probe_check *);
void check_bind_socket(struct probe_check *);

#endif
