/* SPDX-License-Identifier: ISC */
#include <criterion/criterion.h>
#include <ctype.h>
#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "process/child_map.h"
#include "spawn/reap.h"
#include "world.h"

enum {
	LOOK_AGAIN_MS = 5,
	DEADLINE_MS = 20000,
};

static void
on_dead_child(pid_t pid, int status, void *arg)
{
	struct world *world = arg;

	child_map_exited(world->env.children, pid, status);
}

static void
on_child_signal(int signo, void *arg)
{
	(void)signo;
	reap_all(on_dead_child, arg);
}

/* Adds text with every number behind "pid" or in brackets shown as PID. */
static void
add_masked(struct strbuf *out, const char *text)
{
	static const char *const marks[] = { "pid ", "pid:", " (" };

	while (*text != '\0') {
		size_t len = 0;

		for (size_t i = 0; i < 3 && len == 0; i++) {
			if (strncmp(text, marks[i], strlen(marks[i])) == 0)
				len = strlen(marks[i]);
		}
		if (len > 0 && isdigit((unsigned char)text[len]) &&
		    text[len] != '0') {
			strbuf_add(out, text, len);
			strbuf_addstr(out, "PID");
			text += len;
			while (isdigit((unsigned char)*text))
				text++;
		} else
			strbuf_addch(out, *text++);
	}
	strbuf_addch(out, '\n');
}

static void
on_log(enum log_level level, const char *text, void *arg)
{
	struct world *world = arg;

	/* Its place among the others is chance. */
	if (strncmp(text, "fd ", 3) == 0)
		return;
	strbuf_addf(&world->trace, "%s ", log_level_tag(level));
	add_masked(&world->trace, text);
}

static void
on_event(const struct event *event, void *arg)
{
	struct world *world = arg;
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "* %s ", event_type_name(event->type));
	strbuf_add(&text, event->payload, event->len);
	add_masked(&world->trace, text.data);
	strbuf_done(&text);
}

static bool
may_start(void *arg)
{
	const struct world *world = arg;

	return !world->refuse_starts;
}

void
world_begin(struct world *world)
{
	memset(world, 0, sizeof(*world));
	strbuf_init(&world->trace);
	world->env.loop = loop_create();
	world->env.bus = bus_create();
	world->env.gate = gate_create();
	world->env.children = child_map_create();
	world->env.may_start = may_start;
	world->env.arg = world;
	world->env.identifier = "test";
	world->env.childlogdir = "/tmp";
	world->ears = bus_subscribe(world->env.bus, EV_EVENT, on_event, world);
	loop_signal_on(world->env.loop, SIGCHLD, on_child_signal, world);
	signal(SIGPIPE, SIG_IGN);
	log_set_sink(on_log, world);
	log_set_level(LOG_LEVEL_INFO);
}

void
world_end(struct world *world)
{
	log_set_sink(NULL, NULL);
	bus_unsubscribe(world->ears);
	child_map_free(world->env.children);
	gate_free(world->env.gate);
	bus_free(world->env.bus);
	loop_free(world->env.loop);
	strbuf_done(&world->trace);
}

static void
stop_loop(void *arg)
{
	loop_stop(arg);
}

void
world_wait(struct world *world, bool (*condition)(void *arg), void *arg)
{
	struct loop *loop = world->env.loop;
	struct loop_timer *timer = loop_timer_create(loop, stop_loop, loop);
	int64_t deadline = clock_mono_ms() + DEADLINE_MS;

	while (!condition(arg)) {
		cr_assert_lt(clock_mono_ms(), deadline, "waited in vain:\n%s",
		    world->trace.data);
		loop_timer_set(timer, LOOK_AGAIN_MS);
		loop_run(loop);
	}
	loop_timer_free(timer);
}

struct wanted {
	const struct process *process;
	enum process_state state;
};

static bool
has_state(void *arg)
{
	const struct wanted *wanted = arg;

	return process_state(wanted->process) == wanted->state;
}

void
world_wait_state(struct world *world, struct process *process,
    enum process_state state)
{
	struct wanted wanted = { process, state };

	world_wait(world, has_state, &wanted);
}

struct sought {
	struct world *world;
	const char *text;
};

static bool
has_text(void *arg)
{
	const struct sought *sought = arg;

	return strstr(sought->world->trace.data, sought->text) != NULL;
}

void
world_wait_trace(struct world *world, const char *text)
{
	struct sought sought = { world, text };

	world_wait(world, has_text, &sought);
}

void
world_turn(struct world *world)
{
	loop_turn(world->env.loop);
}

struct process_config
world_program(const char *command)
{
	static int zero = 0;

	return (struct process_config){
		.kind = PROCESS_PROGRAM,
		.name = (char *)"p",
		.program = (char *)"p",
		.section = (char *)"program:p",
		.command = (char *)command,
		.umask = -1,
		.priority = 999,
		.autostart = true,
		.autorestart = AUTORESTART_UNEXPECTED,
		.startsecs = 1,
		.startretries = 3,
		.stopsignal = SIGTERM,
		.stopwaitsecs = 10,
		.exitcodes = &zero,
		.exitcode_count = 1,
	};
}

struct process *
world_process(struct world *world, const struct process_config *config)
{
	const struct process_parts parts = {
		.env = &world->env,
		.group_name = "g",
		.config = config,
	};
	char *cause = NULL;
	struct process *process = process_create(&parts, &cause);

	cr_assert_not_null(process, "%s", cause);
	return process;
}

void
world_expect(struct world *world, const char *trace)
{
	cr_assert_str_eq(world->trace.data, trace);
	strbuf_clear(&world->trace);
}
