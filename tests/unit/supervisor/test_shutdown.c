/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <string.h>

#include "../process/world.h"
#include "supervisor/shutdown.h"

static struct world world;
static struct process_config programs[3];
static struct group_config configs[3];
static struct group *groups[3];
static struct member members[3];
static struct shutdown *ending;
static bool over;

static void
on_turn_end(void *arg)
{
	(void)arg;
	shutdown_step(ending);
}

static void
on_changed(struct process *process, void *arg)
{
	(void)process;
	(void)arg;
	if (ending != NULL)
		loop_defer(world.env.loop, on_turn_end, NULL);
}

static void
begin(void)
{
	static char *const names[] = { (char *)"low", (char *)"mid",
		(char *)"high" };

	world_begin(&world);
	world.env.changed = on_changed;
	for (int i = 0; i < 3; i++) {
		programs[i] = world_program("/bin/sleep 60");
		programs[i].name = names[i];
		programs[i].startsecs = 0;
		configs[i] = (struct group_config){
			.name = names[i],
			.priority = i,
			.processes = &programs[i],
			.process_count = 1,
		};
	}
}

static void
make_groups(void)
{
	for (int i = 0; i < 3; i++)
		groups[i] = group_create(&world.env, &configs[i], NULL);
}

static void
end(void)
{
	shutdown_free(ending);
	for (int i = 0; i < 3; i++)
		group_free(groups[i]);
	world_end(&world);
}

TestSuite(shutdown, .init = begin, .fini = end, .timeout = 60);

static void
on_over(void *arg)
{
	(void)arg;
	over = true;
}

static bool
is_over(void *arg)
{
	(void)arg;
	return over;
}

static void
begin_ending(void)
{
	struct member *all[3];

	strbuf_clear(&world.trace);
	for (int i = 0; i < 3; i++) {
		members[i].group = groups[i];
		all[i] = &members[i];
	}
	ending = shutdown_create(world.env.loop, all, 3, on_over, NULL);
	shutdown_step(ending);
}

Test(shutdown, one_group_after_the_other_the_last_first)
{
	make_groups();
	process_start(group_process(groups[0], 0));
	process_start(group_process(groups[2], 0));
	begin_ending();
	world_wait(&world, is_over, NULL);
	world_expect(&world,
	    "* PROCESS_STATE_STOPPING processname:high groupname:high "
	    "from_state:RUNNING pid:PID\n"
	    "INFO waiting for low, high to die\n"
	    "* PROCESS_STATE_STOPPED processname:high groupname:high "
	    "from_state:STOPPING pid:PID\n"
	    "WARN stopped: high (terminated by SIGTERM)\n"
	    "* PROCESS_STATE_STOPPING processname:low groupname:low "
	    "from_state:RUNNING pid:PID\n"
	    "* PROCESS_STATE_STOPPED processname:low groupname:low "
	    "from_state:STOPPING pid:PID\n"
	    "WARN stopped: low (terminated by SIGTERM)\n");
}

Test(shutdown, groups_of_one_priority_are_asked_together)
{
	configs[1].priority = configs[2].priority;
	make_groups();
	for (int i = 0; i < 3; i++)
		process_start(group_process(groups[i], 0));
	begin_ending();
	cr_assert_eq(process_state(group_process(groups[2], 0)), PROC_STOPPING);
	cr_assert_eq(process_state(group_process(groups[1], 0)), PROC_STOPPING);
	cr_assert_eq(process_state(group_process(groups[0], 0)), PROC_RUNNING);
	world_wait(&world, is_over, NULL);
	cr_assert_eq(process_state(group_process(groups[0], 0)), PROC_STOPPED);
}

Test(shutdown, nothing_to_stop_takes_no_time)
{
	make_groups();
	begin_ending();
	cr_assert(over);
	world_expect(&world, "");
}

Test(shutdown, back_off_ends_and_a_gate_is_not_waited_for)
{
	programs[1].command = (char *)"/no/such";
	make_groups();
	process_start(group_process(groups[1], 0));
	cr_assert_eq(process_state(group_process(groups[1], 0)), PROC_BACKOFF);
	begin_ending();
	cr_assert(over);
	cr_assert_eq(process_state(group_process(groups[1], 0)), PROC_FATAL);
}

Test(shutdown, impatience_kills_all_groups)
{
	for (int i = 0; i < 3; i++) {
		programs[i].command = (char *)"/bin/sh -c 'trap \"\" TERM; "
					      "echo up; exec cat'";
		programs[i].stopwaitsecs = 1000;
		programs[i].out.events = true;
	}
	make_groups();
	for (int i = 0; i < 3; i++) {
		strbuf_clear(&world.trace);
		process_start(group_process(groups[i], 0));
		world_wait_trace(&world, "up\n");
	}
	begin_ending();
	cr_assert_not(over);
	shutdown_kill_all(ending);
	world_wait(&world, is_over, NULL);
}
