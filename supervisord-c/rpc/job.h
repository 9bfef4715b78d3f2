/* SPDX-License-Identifier: ISC */
#ifndef RPC_JOB_H
#define RPC_JOB_H

#include <stdbool.h>

#include "process/process.h"
#include "xmlrpc/fault.h"

/*
 * One start or stop of one process, followed to its end (contract C3.3): what
 * startProcess and stopProcess are made of, alone and for groups.
 */
struct job;

/* FAULT_SUCCESS, or a fault and its detail (NULL: none), which is lent. */
typedef void (*job_done_fn)(enum fault, const char *detail, void *arg);

struct job_order {
	struct loop *loop;
	struct process *process;
	const char *name; /* as the client said it: it comes back in faults */
	bool wait;	  /* done when the state is reached, not when asked */
	job_done_fn done;
	void *arg;
};

/* NULL if done was called already. */
struct job *job_start(const struct job_order *);
struct job *job_stop(const struct job_order *);
/* Stops following; done is not called. */
void job_cancel(struct job *);

#endif
