/* SPDX-License-Identifier: ISC */
/* Real children; the machine's order of events, lines and signals. */
#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/child_map.h"
#include "world.h"

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

TestSuite(process, .init = begin, .fini = end, .timeout = 60);

static void
assert_facts(struct process *process, const char *spawnerr, int exitstatus)
{
	struct process_facts facts;

	process_get_facts(process, &facts);
	cr_assert_str_eq(facts.spawnerr, spawnerr);
	cr_assert_eq(facts.exitstatus, exitstatus);
}

static void
stop_and_free(struct process *process)
{
	process_stop(process);
	world_wait_state(&world, process, PROC_STOPPED);
	process_free(process);
}

Test(process, starts_runs_and_stops)
{
	struct process_config config = world_program("/bin/sleep 60");
	struct process *process;

	config.startsecs = 0;
	log_set_level(LOG_LEVEL_DEBUG);
	process = world_process(&world, &config);
	cr_assert(process_start(process));
	cr_assert_eq(process_state(process), PROC_RUNNING);
	cr_assert_not(process_start(process), "it runs");
	cr_assert(process_stop(process));
	cr_assert_eq(process_state(process), PROC_STOPPING);
	cr_assert_not(process_stop(process), "it is being stopped");
	world_wait_state(&world, process, PROC_STOPPED);
	world_expect(&world,
	    "* PROCESS_STATE_STARTING processname:p groupname:g "
	    "from_state:STOPPED tries:0\n"
	    "INFO spawned: 'p' with pid PID\n"
	    "* PROCESS_STATE_RUNNING processname:p groupname:g "
	    "from_state:STARTING pid:PID\n"
	    "INFO success: p entered RUNNING state, process has stayed up for "
	    "> than 0 seconds (startsecs)\n"
	    "DEBG killing p (pid PID) with signal SIGTERM\n"
	    "* PROCESS_STATE_STOPPING processname:p groupname:g "
	    "from_state:RUNNING pid:PID\n"
	    "* PROCESS_STATE_STOPPED processname:p groupname:g "
	    "from_state:STOPPING pid:PID\n"
	    "WARN stopped: p (terminated by SIGTERM)\n");
	assert_facts(process, "", -1);
	cr_assert_eq(process_pid(process), 0);
	process_free(process);
}

Test(process, dies_early_backs_off_and_gives_up)
{
	struct process_config config = world_program("/bin/sh -c 'exit 0'");
	struct process *process;

	config.startretries = 1;
	config.startsecs = 10;
	process = world_process(&world, &config);
	process_start(process);
	world_wait_state(&world, process, PROC_FATAL);
	world_expect(&world,
	    "* PROCESS_STATE_STARTING processname:p groupname:g "
	    "from_state:STOPPED tries:0\n"
	    "INFO spawned: 'p' with pid PID\n"
	    "* PROCESS_STATE_BACKOFF processname:p groupname:g "
	    "from_state:STARTING tries:1\n"
	    "WARN exited: p (exit status 0; not expected)\n"
	    "* PROCESS_STATE_STARTING processname:p groupname:g "
	    "from_state:BACKOFF tries:1\n"
	    "INFO spawned: 'p' with pid PID\n"
	    "* PROCESS_STATE_BACKOFF processname:p groupname:g "
	    "from_state:STARTING tries:2\n"
	    "WARN exited: p (exit status 0; not expected)\n"
	    "* PROCESS_STATE_FATAL processname:p groupname:g "
	    "from_state:BACKOFF\n"
	    "INFO gave up: p entered FATAL state, too many start retries too "
	    "quickly\n");
	assert_facts(process,
	    "Exited too quickly (process log may have details)", 0);
	process_free(process);
}

Test(process, what_cannot_be_spawned_says_why)
{
	struct process_config config = world_program("/no/such/command");
	struct process *process;

	config.startretries = 0;
	process = world_process(&world, &config);
	cr_assert(process_start(process));
	cr_assert_eq(process_state(process), PROC_BACKOFF);
	world_wait_state(&world, process, PROC_FATAL);
	world_expect(&world,
	    "* PROCESS_STATE_STARTING processname:p groupname:g "
	    "from_state:STOPPED tries:0\n"
	    "INFO spawnerr: can't find command '/no/such/command'\n"
	    "* PROCESS_STATE_BACKOFF processname:p groupname:g "
	    "from_state:STARTING tries:1\n"
	    "* PROCESS_STATE_FATAL processname:p groupname:g "
	    "from_state:BACKOFF\n"
	    "INFO gave up: p entered FATAL state, too many start retries too "
	    "quickly\n");
	process_free(process);
}

Test(process, a_log_that_cannot_be_opened_is_a_spawn_error)
{
	struct process_config config = world_program("/bin/sleep 60");
	struct process *process;

	config.out.kind = LOGFILE_PATH;
	config.out.path = (char *)"/tmp";
	process = world_process(&world, &config);
	process_start(process);
	cr_assert_eq(process_state(process), PROC_BACKOFF);
	assert_facts(process,
	    "unknown error making dispatchers for 'p': EISDIR", 0);
	process_stop(process);
	process_free(process);
}

Test(process, stops_in_backoff_at_once_and_counts_anew)
{
	struct process_config config = world_program("/no/such/command");
	struct process *process = world_process(&world, &config);

	process_start(process);
	cr_assert_eq(process_state(process), PROC_BACKOFF);
	strbuf_clear(&world.trace);
	log_set_level(LOG_LEVEL_DEBUG);
	cr_assert(process_stop(process));
	cr_assert_eq(process_state(process), PROC_STOPPED);
	process_start(process);
	world_expect(&world,
	    "DEBG Attempted to kill p, which is in BACKOFF state.\n"
	    "* PROCESS_STATE_STOPPED processname:p groupname:g "
	    "from_state:BACKOFF pid:0\n"
	    "* PROCESS_STATE_STARTING processname:p groupname:g "
	    "from_state:STOPPED tries:0\n"
	    "INFO spawnerr: can't find command '/no/such/command'\n"
	    "* PROCESS_STATE_BACKOFF processname:p groupname:g "
	    "from_state:STARTING tries:1\n");
	process_stop(process);
	process_free(process);
}

Test(process, what_ignores_the_signal_is_killed)
{
	struct process_config config = world_program(
	    "/bin/sh -c 'trap \"\" TERM; echo up; while :; do sleep 9; done'");
	struct process *process;

	config.startsecs = 0;
	config.stopwaitsecs = 1;
	config.killasgroup = true;
	config.out.events = true;
	process = world_process(&world, &config);
	process_start(process);
	world_wait_trace(&world, "up\n");
	strbuf_clear(&world.trace);
	process_stop(process);
	world_wait_state(&world, process, PROC_STOPPED);
	world_expect(&world,
	    "* PROCESS_STATE_STOPPING processname:p groupname:g "
	    "from_state:RUNNING pid:PID\n"
	    "WARN killing 'p' (PID) with SIGKILL\n"
	    "* PROCESS_STATE_STOPPED processname:p groupname:g "
	    "from_state:STOPPING pid:PID\n"
	    "WARN stopped: p (terminated by SIGKILL)\n");
	process_free(process);
}

Test(process, a_kill_does_not_wait)
{
	struct process_config config = world_program(
	    "/bin/sh -c 'trap \"\" TERM; echo up; while :; do sleep 9; done'");
	struct process *process;

	config.startsecs = 0;
	config.stopwaitsecs = 1000;
	config.killasgroup = true;
	config.out.events = true;
	process = world_process(&world, &config);
	process_start(process);
	world_wait_trace(&world, "up\n");
	process_kill(process);
	world_wait_state(&world, process, PROC_STOPPED);
	process_kill(process);
	process_free(process);
}

Test(process, a_stop_reaches_the_group_if_asked)
{
	struct process_config config = world_program(
	    "/bin/sh -c '/bin/sh -c \"echo deep; exec sleep 60\" & wait'");
	struct process *process;

	config.startsecs = 0;
	config.stopasgroup = true;
	config.out.events = true;
	process = world_process(&world, &config);
	process_start(process);
	world_wait_trace(&world, "deep\n");
	log_set_level(LOG_LEVEL_DEBUG);
	strbuf_clear(&world.trace);
	process_stop(process);
	world_wait_state(&world, process, PROC_STOPPED);
	world_wait_trace(&world,
	    "killing p (pid PID) process group with "
	    "signal SIGTERM\n");
	process_free(process);
}

Test(process, an_exit_after_startsecs_passes_through_running)
{
	struct process_config config = world_program("/bin/cat");
	struct process *process;

	config.startsecs = 1;
	config.autorestart = AUTORESTART_NEVER;
	process = world_process(&world, &config);
	process_start(process);
	world_wait_state(&world, process, PROC_RUNNING);
	strbuf_clear(&world.trace);
	kill(process_pid(process), SIGKILL);
	world_wait_state(&world, process, PROC_EXITED);
	world_expect(&world,
	    "* PROCESS_STATE_EXITED processname:p groupname:g "
	    "from_state:RUNNING expected:0 pid:PID\n"
	    "WARN exited: p (terminated by SIGKILL; not expected)\n");
	assert_facts(process, "Bad exit code -1", -1);
	process_free(process);
}

struct restart {
	struct process *process;
	int64_t first_start;
};

static bool
started_in_another_second(void *arg)
{
	const struct restart *restart = arg;
	struct process_facts facts;

	process_get_facts(restart->process, &facts);
	return facts.start != restart->first_start;
}

static unsigned int
count_of(const char *text, const char *word)
{
	unsigned int count = 0;

	while ((text = strstr(text, word)) != NULL) {
		text += strlen(word);
		count++;
	}
	return count;
}

/* It exits at once each time: without the floor there would be hundreds. */
Test(process, a_respawn_waits_for_a_second_since_the_start)
{
	struct process_config config = world_program("/bin/sh -c 'exit 3'");
	struct process_facts facts;
	struct restart restart;

	config.startsecs = 0;
	restart.process = world_process(&world, &config);
	process_start(restart.process);
	process_get_facts(restart.process, &facts);
	restart.first_start = facts.start;
	world_wait(&world, started_in_another_second, &restart);
	cr_assert_eq(count_of(world.trace.data, "INFO spawned"), 2);
	world_wait_state(&world, restart.process, PROC_EXITED);
	process_free(restart.process);
}

Test(process, nothing_restarts_while_starts_are_refused)
{
	struct process_config config = world_program("/bin/sh -c 'exit 3'");
	struct process *process;

	config.startsecs = 0;
	process = world_process(&world, &config);
	process_start(process);
	world_wait_state(&world, process, PROC_EXITED);
	world.refuse_starts = true;
	strbuf_clear(&world.trace);
	cr_assert(process_start(process), "the gate is asked, then told no");
	cr_assert_eq(process_state(process), PROC_STOPPED);
	process_end(process);
	process_free(process);
}

Test(process, an_end_takes_backoff_to_fatal_without_a_line)
{
	struct process_config config = world_program("/no/such");
	struct process *process = world_process(&world, &config);

	process_start(process);
	strbuf_clear(&world.trace);
	process_end(process);
	world_expect(&world,
	    "* PROCESS_STATE_FATAL processname:p groupname:g "
	    "from_state:BACKOFF\n");
	process_free(process);
}

/*
 * The gate
 */

static struct gate_question *question;

static void
keep(struct gate_question *asked, const char *group, const char *name,
    const void *config, void *arg)
{
	(void)group;
	(void)name;
	(void)config;
	(void)arg;
	question = asked;
}

static void
forget(struct gate_question *asked, void *arg)
{
	(void)arg;
	cr_assert_eq(asked, question);
	question = NULL;
}

Test(process, waits_for_the_gate_and_starts)
{
	struct process_config config = world_program("/bin/sleep 60");
	struct process *process;
	char *text;

	config.startsecs = 0;
	gate_set_keeper(world.env.gate, keep, forget, NULL);
	process = world_process(&world, &config);
	process_start(process);
	cr_assert_eq(process_state(process), PROC_STARTING);
	cr_assert_eq(process_pid(process), 0);
	text = process_describe(process);
	cr_assert_str_eq(text, "waiting for preflight");
	free(text);
	gate_answer(question, NULL);
	cr_assert_eq(process_state(process), PROC_RUNNING);
	stop_and_free(process);
}

Test(process, a_refusal_is_final_until_somebody_asks_again)
{
	struct process_config config = world_program("/bin/sleep 60");
	struct process *process;

	gate_set_keeper(world.env.gate, keep, forget, NULL);
	process = world_process(&world, &config);
	process_start(process);
	gate_answer(question, "nginx would answer 403");
	world_expect(&world,
	    "* PROCESS_STATE_STARTING processname:p groupname:g "
	    "from_state:STOPPED tries:0\n"
	    "INFO spawnerr: nginx would answer 403\n"
	    "* PROCESS_STATE_BACKOFF processname:p groupname:g "
	    "from_state:STARTING tries:1\n"
	    "* PROCESS_STATE_FATAL processname:p groupname:g "
	    "from_state:BACKOFF\n");
	assert_facts(process, "nginx would answer 403", 0);
	question = NULL;
	process_start(process);
	cr_assert_not_null(question, "a user's start asks again");
	process_stop(process);
	cr_assert_null(question, "and a stop takes the question back");
	cr_assert_eq(process_state(process), PROC_STOPPED);
	process_free(process);
}

/*
 * Pipes
 */

Test(process, stdin_is_written_and_bounded)
{
	struct process_config config = world_program("/bin/cat");
	char *block = calloc(1, 1024 * 1024);
	struct process *process;

	config.startsecs = 0;
	config.out.events = true;
	process = world_process(&world, &config);
	cr_assert_eq(process_write_stdin(process, "x", 1), -1);
	cr_assert_eq(errno, ESRCH);
	process_start(process);
	cr_assert_eq(process_write_stdin(process, "hello\n", 6), 0);
	world_wait_trace(&world, "channel:stdout\nhello\n");
	kill(process_pid(process), SIGSTOP);
	cr_assert_eq(process_write_stdin(process, block, 1024 * 1024), 0);
	cr_assert_eq(process_write_stdin(process, block, 1024 * 1024), -1);
	cr_assert_eq(errno, ENOBUFS);
	kill(process_pid(process), SIGCONT);
	stop_and_free(process);
	free(block);
}

Test(process, a_closed_stdin_is_a_broken_pipe)
{
	struct process_config config =
	    world_program("/bin/sh -c 'exec <&-; echo closed; exec sleep 60'");
	struct process *process;

	config.startsecs = 0;
	config.out.events = true;
	process = world_process(&world, &config);
	process_start(process);
	world_wait_trace(&world, "closed\n");
	cr_assert_eq(process_write_stdin(process, "x", 1), -1);
	cr_assert_eq(errno, EPIPE);
	cr_assert_eq(process_write_stdin(process, "x", 1), -1);
	cr_assert_eq(errno, EPIPE);
	stop_and_free(process);
}

Test(process, last_words_come_before_the_end)
{
	struct process_config config =
	    world_program("/bin/sh -c 'echo last; exit 2'");
	struct process *process;
	const char *words, *exited;

	config.startsecs = 0;
	config.autorestart = AUTORESTART_NEVER;
	config.out.events = true;
	process = world_process(&world, &config);
	process_start(process);
	world_wait_state(&world, process, PROC_EXITED);
	words = strstr(world.trace.data, "last\n");
	exited = strstr(world.trace.data, "PROCESS_STATE_EXITED");
	cr_assert_not_null(words);
	cr_assert_not_null(exited);
	cr_assert_lt(words, exited);
	process_free(process);
}

Test(process, a_grandchild_is_heard_after_its_parent)
{
	struct process_config config = world_program(
	    "/bin/sh -c '(while kill -0 $$ 2>/dev/null; do sleep 0.01; done; "
	    "echo after) & exit 0'");
	struct process *process;

	config.autorestart = AUTORESTART_NEVER;
	config.startretries = 0;
	config.out.events = true;
	process = world_process(&world, &config);
	process_start(process);
	world_wait_state(&world, process, PROC_FATAL);
	world_wait_trace(&world, "exited with status 0 while descendants");
	world_wait_trace(&world, "channel:stdout\nafter\n");
	world_turn(&world);
	process_free(process);
}

/*
 * Those who wait
 */

struct watcher {
	int calls;
	enum process_state seen;
	struct process_watch *watch;
};

static void
on_change(struct process *process, void *arg)
{
	struct watcher *watcher = arg;

	watcher->calls++;
	watcher->seen = process_state(process);
	if (watcher->seen == PROC_STOPPED)
		process_start(process);
}

Test(process, watches_are_told_at_the_end_of_the_turn)
{
	struct process_config config = world_program("/bin/sleep 60");
	struct watcher watcher = { 0 };
	struct process *process;

	config.startsecs = 0;
	process = world_process(&world, &config);
	watcher.watch = process_watch(process, on_change, &watcher);
	process_start(process);
	cr_assert_eq(watcher.calls, 0);
	world_turn(&world);
	cr_assert_eq(watcher.calls, 1);
	cr_assert_eq(watcher.seen, PROC_RUNNING);
	process_stop(process);
	/* The watch starts it again as soon as it has stopped. */
	world_wait_trace(&world, "stopped: p");
	world_wait_state(&world, process, PROC_RUNNING);
	process_unwatch(watcher.watch);
	stop_and_free(process);
}

Test(process, signals_go_to_what_runs)
{
	struct process_config config = world_program("/bin/sleep 60");
	struct process *process;
	char *cause = NULL;

	config.startsecs = 0;
	config.autorestart = AUTORESTART_NEVER;
	process = world_process(&world, &config);
	cr_assert_eq(process_signal(process, SIGUSR1, &cause), -1);
	cr_assert_str_eq(cause,
	    "attempted to send p sig SIGUSR1 but it wasn't running");
	free(cause);
	process_start(process);
	cr_assert_eq(process_signal(process, SIGUSR1, NULL), 0);
	world_wait_state(&world, process, PROC_EXITED);
	process_free(process);
}

Test(process, who_is_gone_already_is_not_missed)
{
	struct process_config config = world_program("/bin/sleep 60");
	struct process *process;
	int status;
	pid_t pid;

	config.startsecs = 0;
	process = world_process(&world, &config);
	process_start(process);
	pid = process_pid(process);
	kill(pid, SIGKILL);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	strbuf_clear(&world.trace);
	log_set_level(LOG_LEVEL_DEBUG);
	cr_assert_eq(process_signal(process, SIGHUP, NULL), 0);
	cr_assert(process_stop(process));
	log_set_level(LOG_LEVEL_INFO);
	world_expect(&world,
	    "DEBG sending p (pid PID) sig SIGHUP\n"
	    "DEBG unable to signal p (pid PID), it probably just now exited on "
	    "its own: [Errno 3] No such process\n"
	    "DEBG killing p (pid PID) with signal SIGTERM\n"
	    "* PROCESS_STATE_STOPPING processname:p groupname:g "
	    "from_state:RUNNING pid:PID\n"
	    "DEBG unable to signal p (pid PID), it probably just exited on its "
	    "own: [Errno 3] No such process\n");
	child_map_exited(world.env.children, pid, status);
	cr_assert_eq(process_state(process), PROC_STOPPED);
	process_free(process);
}
