/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_SOCKET_PLAN_H
#define PREFLIGHT_SOCKET_PLAN_H

#include "preflight/probe/predict.h"
#include "preflight/probe/probe.h"

/*
 * Everything about a socket that will be created: can the program create it,
 * and can the worker connect then (contract P4.6, 1 to 6).
 */
struct socket_plan {
	const char *path;
	struct creation creation;
	const struct identity *worker;
	/* The directory as it will have been made by then; NULL: as it is. */
	const struct facts *made;
	/* For relative paths; NULL: there is none. */
	const char *cwd;
	bool confirm; /* connect for real, as a question's */
	struct probe_options probe;
};

struct socket_verdict {
	/* ASK_BIND_SOCKET as the creator: PF203 PF204 PF206 PF207 PF210. */
	struct answer bind;
	/* ASK_ENTER on the directory as the worker: PF201 PF203 PF209. */
	struct answer enter;
	/* ASK_SOCKET as the worker on what is there now: stale or running. */
	struct answer now;
	struct prediction predicted;
	struct access_explained connect; /* of the worker, on the prediction */
	/* PF205, or PF214 if predicted.mask_lost has the bit: the worker will
	 * be refused by the socket's own mode. */
	bool refused;
	/* Every local user may pass the directories and connect (PF213). */
	bool open_to_all;
	/* The worker's directory of that name is another one (PF209). */
	bool elsewhere;
	/* The directory's file system does not survive a boot (PF216). */
	bool is_volatile;
	/* The prediction could be made: the directory could be looked at. */
	bool predictable;
	struct facts dir; /* the directory, if so */
};

int socket_plan_check(const struct socket_plan *, struct socket_verdict *,
    char **cause);
void socket_verdict_done(struct socket_verdict *);

#endif
