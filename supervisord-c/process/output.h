/* SPDX-License-Identifier: ISC */
#ifndef PROCESS_OUTPUT_H
#define PROCESS_OUTPUT_H

#include <stdbool.h>
#include <sys/types.h>

#include "logs/log_file.h"
#include "process/dispatcher.h"
#include "process/process.h"

/*
 * One output channel of one child: to its log, and as events to the bus
 * (contract D5.3, C7.3).
 */
struct output;

/* The stdout of an event listener as it comes. */
typedef void (*output_protocol_fn)(const void *, size_t len, void *arg);
/* The child, and everybody who had the pipe from it, closed it. */
typedef void (*output_closed_fn)(void *arg);

struct output_parts {
	const struct process_env *env;
	const struct dispatcher_owner *owner;
	const char *group;
	const struct channel_config *config;
	const char *path;     /* of the log; NULL: none */
	struct log_file *log; /* one that has it open already, or NULL */
	bool is_stderr;
	output_protocol_fn protocol; /* NULL: ordinary output */
	output_closed_fn closed;
	void *arg;
};

/* Opens the log and takes the reading end, also on failure.  Everything else is
 * borrowed, but for the parts themselves.  NULL and errno. */
struct output *output_create(const struct output_parts *, int fd);
void output_free(struct output *); /* takes NULL */
/* Takes over what is in the pipe now. */
void output_drain(struct output *);
bool output_is_closed(const struct output *);
/* Borrowed; NULL if there is none. */
struct log_file *output_log(const struct output *);
/* The protocol's reader goes away; output is only logged from now on. */
void output_end_protocol(struct output *);
void output_reopen_log(struct output *);
/* -1 and errno. */
int output_clear_log(struct output *);

#endif
