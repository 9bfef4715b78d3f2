/* SPDX-License-Identifier: ISC */
#ifndef TEST_PROCESS_WORLD_H
#define TEST_PROCESS_WORLD_H

#include "base/strbuf.h"
#include "process/process.h"

/*
 * A daemon without the daemon: a loop that collects children, a bus, a gate,
 * and a trace of every event and log line in the order they came, with pids
 * shown as PID.
 */
struct world {
	struct process_env env;
	struct bus_subscription *ears;
	struct strbuf trace;
	bool refuse_starts; /* what may_start says, turned round */
};

void world_begin(struct world *);
/* Everything made in it was freed. */
void world_end(struct world *);
/* Runs the loop until the condition holds; fails the test after 20 s. */
void world_wait(struct world *, bool (*condition)(void *arg), void *arg);
void world_wait_state(struct world *, struct process *, enum process_state);
/* Until the trace has this text in it. */
void world_wait_trace(struct world *, const char *text);
/* Lets the loop turn once, without waiting. */
void world_turn(struct world *);
/* A program with Supervisor's defaults, no logs and this command. */
struct process_config world_program(const char *command);
struct process *world_process(struct world *, const struct process_config *);
/* Fails if the trace is not exactly this; then it is empty. */
void world_expect(struct world *, const char *trace);

#endif
