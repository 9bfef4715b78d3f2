/* SPDX-License-Identifier: ISC */
#ifndef PROCESS_INSTANCE_H
#define PROCESS_INSTANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "process/output.h"
#include "process/process.h"

/*
 * One child of a process with its pipes: born by a start, alive until the last
 * of its descendants has closed its output.
 */
struct instance;

struct instance_parts {
	const struct process_env *env;
	const char *group;
	const struct process_config *config;
	const enum process_state *state; /* of the process, for the log */
	const char *log_paths[2]; /* of stdout and stderr; NULL: no log */
	/* An older child whose descendants still have the logs open, or NULL;
	 * lent for the start. */
	const struct instance *older;
	int socket;		     /* becomes its stdin; -1: a pipe */
	output_protocol_fn protocol; /* NULL: ordinary output */
	/* All output is closed: the time to free it. */
	output_closed_fn silent;
	void *arg; /* for both */
};

/* Borrows what the parts point to.  NULL with the text of spawnerr in *cause
 * (contract D3.9). */
struct instance *instance_start(const struct instance_parts *, char **cause);
void instance_free(struct instance *); /* takes NULL */

pid_t instance_pid(const struct instance *);
/* Ended, but not collected yet. */
bool instance_is_zombie(const struct instance *);
/* As process_write_stdin. */
int instance_write(struct instance *, const void *, size_t len);
/* The child has ended: takes over what it wrote last, closes its stdin. */
void instance_last_words(struct instance *);
/* Nobody can write any more. */
bool instance_is_silent(const struct instance *);
/* It goes on only as a source of log lines. */
void instance_end_protocol(struct instance *);
void instance_reopen_logs(struct instance *);
/* -1 and errno. */
int instance_clear_logs(struct instance *);

#endif
