/* SPDX-License-Identifier: ISC */
/*
 * The calendar is set while a process is in the middle of something: intervals
 * go on as if nothing had happened (contract D4.7).
 */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "world.h"

#define YEAR_MS (INT64_C(365) * 24 * 3600 * 1000)

/* A year back; an hour on; past 2038. */
static const int64_t steps[] = { -YEAR_MS, 3600 * 1000, 30 * YEAR_MS };

enum {
	STEPS = sizeof(steps) / sizeof(steps[0]),
};

static struct world world;

static void
begin(void)
{
	world_begin(&world);
}

static void
end(void)
{
	world_end(&world);
}

TestSuite(clock_steps, .init = begin, .fini = end, .timeout = 60);

static void
assert_sane(const struct process *process)
{
	int64_t now = clock_wall().tv_sec;
	struct process_facts facts;

	process_get_facts(process, &facts);
	cr_expect_leq(facts.start, now);
	cr_expect_leq(facts.stop, now);
	cr_expect_geq(facts.uptime_ms, 0);
	cr_expect_lt(facts.uptime_ms, 60000);
}

static void
assert_uptime_is_short(const struct process *process)
{
	char *text = process_describe(process);

	cr_expect_not_null(strstr(text, "uptime 0:00:0"), "%s", text);
	free(text);
}

/* How long a wait took, by the clock that nobody sets. */
static int64_t
wait_ms(struct process *process, enum process_state state)
{
	int64_t begun = clock_mono_ms();

	world_wait_state(&world, process, state);
	return clock_mono_ms() - begun;
}

Test(clock_steps, while_it_starts_and_runs)
{
	struct process_config config = world_program("/bin/cat");
	struct process *process = world_process(&world, &config);

	for (int i = 0; i < STEPS; i++) {
		process_start(process);
		clock_step_wall(steps[i]);
		cr_expect_lt(wait_ms(process, PROC_RUNNING), 5000);
		assert_uptime_is_short(process);
		clock_step_wall(-steps[i]);
		assert_sane(process);
		assert_uptime_is_short(process);
		process_stop(process);
		world_wait_state(&world, process, PROC_STOPPED);
		assert_sane(process);
	}
	process_free(process);
}

Test(clock_steps, while_it_stops)
{
	struct process_config config = world_program(
	    "/bin/sh -c 'trap \"\" TERM; while :; do sleep 0.1; done'");
	struct process *process;

	config.startsecs = 0;
	config.stopwaitsecs = 1;
	config.killasgroup = true;
	process = world_process(&world, &config);
	for (int i = 0; i < STEPS; i++) {
		process_start(process);
		process_stop(process);
		clock_step_wall(steps[i]);
		cr_expect_lt(wait_ms(process, PROC_STOPPED), 5000);
		assert_sane(process);
	}
	process_free(process);
}

Test(clock_steps, while_it_waits_for_a_retry)
{
	struct process_config config = world_program("/bin/false");
	struct process *process;

	config.startretries = 1;
	process = world_process(&world, &config);
	for (int i = 0; i < STEPS; i++) {
		process_start(process);
		world_wait_state(&world, process, PROC_BACKOFF);
		clock_step_wall(steps[i]);
		cr_expect_lt(wait_ms(process, PROC_FATAL), 5000);
		assert_sane(process);
	}
	process_free(process);
}

/* An exit right after the step is judged by how long it really lived. */
Test(clock_steps, before_it_dies_early)
{
	struct process_config config = world_program("/bin/cat");
	struct process *process;

	config.startsecs = 50;
	process = world_process(&world, &config);
	for (int i = 0; i < STEPS; i++) {
		process_start(process);
		clock_step_wall(steps[i]);
		kill(process_pid(process), SIGKILL);
		world_wait_state(&world, process, PROC_BACKOFF);
		process_stop(process);
	}
	process_free(process);
}
