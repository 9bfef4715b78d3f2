/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_SERVER_PLAN_H
#define PREFLIGHT_SERVER_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/strvec.h"

#include "preflight/app/command_identity.h"

struct cred;

/*
 * Which sockets a program will create, and how they will look: put together
 * from everything that speaks about it (contract P3.5).
 */

/* One unix socket. */
struct planned_socket {
	char *path;	  /* absolute, unless relative */
	bool relative;	  /* nobody knows to what */
	bool likely;	  /* found as a word in a script, not understood */
	int mode;	  /* chmodded to; -1: 0777 without the umask */
	int umask;	  /* of the server's setting; -1: that of the process */
	bool keeps_mode;  /* of a socket that is there already */
	bool keeps_stale; /* the server ends if a socket is there already */
	int masks;	  /* bits that the umask of the process has at least */
	/* Who will own it, if root starts the program; what is NULL in it
	 * stays as whoever makes the socket has it. */
	struct command_identity owner;
	bool becomes; /* the owner makes it, too: root does not */
	char *says;   /* where the mode comes from: "gunicorn -m 022" */
};

struct server_plan {
	char *server; /* "gunicorn"; NULL: none that we know */
	struct planned_socket *sockets;
	size_t socket_count;
	struct strvec tcp;	 /* host:port as written */
	struct strvec undecided; /* what is said but cannot be known */
	bool takes_fd;		 /* fd://N: somebody else makes the socket */
};

#define SERVER_PLAN_INIT                                                       \
	{                                                                      \
		.socket_count = 0                                              \
	}

/* What is known of the program. */
struct server_source {
	const char *command;
	const char *directory; /* NULL: unknown */
	const struct strvec *environment;
	const struct cred *cred; /* who may read its files */
	const char *image;	 /* they are in; NULL: this system */
};

/* Appends to the plan what one command line leads to. */
void server_plan_add(struct server_plan *, const struct server_source *);
/* Appends a socket; the path is taken as absolute.  Valid until the next. */
struct planned_socket *server_plan_add_socket(struct server_plan *,
    const char *path);
void server_plan_done(struct server_plan *);

#endif
