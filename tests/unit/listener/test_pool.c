/* SPDX-License-Identifier: ISC */
/*
 * Pools with real listeners: a shell that says READY and shows each event it
 * gets on its stderr, whose lines come back as PROCESS_LOG events into the
 * trace.
 */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../process/world.h"
#include "listener/pool.h"
#include "process/group.h"

static struct world world;
static struct process_config processes[2];
static char *types[] = { (char *)"REMOTE_COMMUNICATION" };
static struct pool_config pool_config;
static struct group_config config;
static struct group *group;
static struct pool *pool;

static void
begin(void)
{
	world_begin(&world);
	pool_config = (struct pool_config){
		.buffer_size = 3,
		.events = { .items = types, .len = 1 },
	};
	config = (struct group_config){
		.name = (char *)"lis",
		.priority = -1,
		.processes = processes,
		.process_count = 1,
		.pool = &pool_config,
	};
}

static void
end(void)
{
	for (size_t i = 0; i < group_count(group); i++) {
		process_kill(group_process(group, i));
		process_end(group_process(group, i));
	}
	for (size_t i = 0; i < group_count(group); i++) {
		while (process_pid(group_process(group, i)) != 0)
			world_wait_state(&world, group_process(group, i),
			    PROC_STOPPED);
	}
	pool_free(pool);
	group_free(group);
	world_end(&world);
}

TestSuite(pool, .init = begin, .fini = end, .timeout = 60);

/* Says READY, then for each event: shows the header, skips the payload by its
 * length in characters, answers. */
#define LISTENER(answer)                                                       \
	"/usr/bin/python3 -c '"                                                \
	"import sys\n"                                                         \
	"while True:\n"                                                        \
	" sys.stdout.write(\"READY\\n\"); sys.stdout.flush()\n"                \
	" line = sys.stdin.readline()\n"                                       \
	" n = int(line.split(\"len:\")[1])\n"                                  \
	" body = sys.stdin.read(n)\n"                                          \
	" sys.stderr.write(\"got \" + line + body + \".\\n\")\n"               \
	" sys.stderr.flush()\n"                                                \
	" " answer "; sys.stdout.flush()\n'"

#define OK "sys.stdout.write(\"RESULT 2\\nOK\")"

static void
start(size_t count, const char *command)
{
	static char *const names[] = { (char *)"l0", (char *)"l1" };

	for (size_t i = 0; i < count; i++) {
		processes[i] = world_program(command);
		processes[i].kind = PROCESS_LISTENER;
		processes[i].name = names[i];
		processes[i].startsecs = 0;
		processes[i].err.events = true;
		strvec_push(&processes[i].environment, "LC_ALL=C.UTF-8");
	}
	config.process_count = count;
	group = group_create(&world.env, &config, NULL);
	cr_assert_not_null(group);
	pool = pool_create(&world.env, group);
	for (size_t i = 0; i < count; i++)
		process_start(group_process(group, i));
}

static void
stop_env(void)
{
	for (size_t i = 0; i < 2; i++)
		strvec_done(&processes[i].environment);
}

static void
publish(const char *text)
{
	bus_publish(world.env.bus, EV_REMOTE_COMMUNICATION, text, strlen(text));
}

Test(pool, an_event_reaches_the_listener_as_it_was)
{
	start(1, LISTENER(OK));
	publish("type:a\nb\xc3\xa9");
	world_wait_trace(&world, "got ver:3.0 server:test serial:");
	world_wait_trace(&world,
	    "pool:lis poolserial:0 "
	    "eventname:REMOTE_COMMUNICATION len:9\n"
	    "type:a\nb\xc3\xa9.\n");
	publish("type:b\n");
	world_wait_trace(&world,
	    "poolserial:1 "
	    "eventname:REMOTE_COMMUNICATION len:7\n"
	    "type:b\n.\n");
	stop_env();
}

Test(pool, length_in_bytes_for_those_who_ask)
{
	static struct setting unit = { .key = (char *)"event_len",
		.value = (char *)"bytes" };

	start(1,
	    "/bin/sh -c 'echo READY; read line; echo \"$line\" >&2; "
	    "exec sleep 60'");
	pool_free(pool);
	processes[0].extra = (struct settings){ &unit, 1 };
	pool = pool_create(&world.env, group);
	publish("b\xc3\xa9");
	world_wait_trace(&world, "len:3\n");
	stop_env();
}

Test(pool, a_rejected_event_comes_again)
{
	start(1,
	    LISTENER("sys.stdout.write(\"RESULT 4\\nFAIL\" if "
		     "\"type:1\" in body and not sys.argv.append(1) "
		     "and len(sys.argv) < 4 else \"RESULT 2\\nOK\")"));
	publish("type:1\n");
	publish("type:2\n");
	world_wait_trace(&world, "WARN l0: event was rejected\n");
	world_wait_trace(&world, "type:2\n.\n");
	/* Before the event behind it. */
	cr_assert_lt(strstr(world.trace.data, "rejected"),
	    strstr(world.trace.data, "poolserial:1 "));
	stop_env();
}

Test(pool, the_oldest_event_goes_when_nobody_is_ready)
{
	start(1, "/bin/sleep 60");
	strbuf_clear(&world.trace);
	publish("type:0\n");
	publish("type:1\n");
	publish("type:2\n");
	cr_assert_null(strstr(world.trace.data, "overflowed"));
	publish("type:3\n");
	cr_assert_not_null(strstr(world.trace.data,
	    "ERRO pool lis event buffer overflowed, discarding event "));
	stop_env();
}

Test(pool, who_talks_out_of_turn_is_left_alone)
{
	start(1, "/bin/sh -c 'echo HELLO; exec sleep 60'");
	world_wait_trace(&world,
	    "WARN l0: has entered the UNKNOWN state and will no longer "
	    "receive events, this usually indicates the process violated the "
	    "eventlistener protocol\n");
	cr_assert_eq(process_state(group_process(group, 0)), PROC_RUNNING);
	stop_env();
}

Test(pool, a_listener_that_dies_over_an_event_gives_it_back)
{
	start(1,
	    "/bin/sh -c 'echo READY; read line; echo \"$line\" >&2; "
	    "kill -9 $$'");
	log_set_level(LOG_LEVEL_DEBUG);
	publish("type:x\n");
	world_wait_trace(&world, "ver:3.0");
	world_wait_trace(&world, "rebuffering event ");
	/* After its respawn it gets the same one again. */
	strbuf_clear(&world.trace);
	world_wait_trace(&world, "poolserial:0 ");
	stop_env();
}

Test(pool, what_comes_back_to_a_full_buffer_is_told_first)
{
	start(1, "/bin/sh -c 'echo READY; exec sleep 60'");
	log_set_level(LOG_LEVEL_DEBUG);
	publish("type:0\n");
	world_wait_trace(&world, "sent to listener l0\n");
	for (int i = 0; i < 3; i++)
		publish("type:1\n");
	strbuf_clear(&world.trace);
	process_signal(group_process(group, 0), SIGKILL, NULL);
	world_wait_trace(&world,
	    "for pool lis (buf size=3, max=3)\n"
	    "ERRO pool lis event buffer overflowed, discarding event ");
	stop_env();
}

Test(pool, a_full_pipe_stops_nobody)
{
	char *big = malloc(300 * 1024);

	start(2, "/bin/sh -c 'echo READY; exec sleep 60'");
	memset(big, 'x', 300 * 1024);
	big[300 * 1024 - 1] = '\0';
	log_set_level(LOG_LEVEL_DEBUG);
	world_wait_trace(&world, "l0: ACKNOWLEDGED -> READY");
	world_wait_trace(&world, "l1: ACKNOWLEDGED -> READY");
	log_set_level(LOG_LEVEL_INFO);
	strbuf_clear(&world.trace);
	publish(big);
	publish(big);
	publish(big);
	cr_assert_null(strstr(world.trace.data, "overflowed"));
	free(big);
	stop_env();
}

Test(pool, starting_listeners_get_nothing)
{
	start(1, "/bin/sh -c 'echo READY; exec cat >&2'");
	process_stop(group_process(group, 0));
	world_wait_state(&world, group_process(group, 0), PROC_STOPPED);
	processes[0].startsecs = 1;
	process_start(group_process(group, 0));
	log_set_level(LOG_LEVEL_DEBUG);
	world_wait_trace(&world, "l0: ACKNOWLEDGED -> READY");
	publish("type:x\n");
	cr_assert_null(strstr(world.trace.data, "sent to listener"));
	world_wait_state(&world, group_process(group, 0), PROC_RUNNING);
	world_wait_trace(&world, "sent to listener l0");
	stop_env();
}
