/* SPDX-License-Identifier: ISC */
#ifndef RPC_BATCH_H
#define RPC_BATCH_H

#include "rpc/job.h"
#include "rpc/method.h"

/*
 * The same job for many processes, all begun in the same instant, one answer
 * when the last has ended: an array of status structs, first those that were
 * done at once, then the others in the order of rpc/endings.h (contract C2.6,
 * C2.7).
 */
struct batch_order {
	struct group *group; /* NULL: all groups */
	struct job *(*begin)(const struct job_order *);
	bool (*filter)(enum process_state);
	bool wait;
};

/* Answers the call, now or later. */
void batch_run(struct rpc_call *, const struct batch_order *);

#endif
