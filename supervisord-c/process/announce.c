/* SPDX-License-Identifier: ISC */
/*
 * The words are Supervisor's to the letter, odd ones included ("for > than").
 */
#include "base/log.h"
#include "base/signame.h"
#include "base/strbuf.h"
#include "process/announce.h"

static const enum event_type event_of[PROC_STATE_COUNT] = {
#define X(name, code, sets) [PROC_##name] = EV_PROCESS_STATE_##name,
	PROCESS_STATES(X)
#undef X
};

void
announce_state(struct bus *bus, enum process_state from, enum process_state to,
    struct payload_process process)
{
	enum event_type type = event_of[to];
	struct strbuf body;

	if (!bus_wants(bus, type))
		return;
	process.from_state = process_state_name(from);
	strbuf_init(&body);
	payload_process_state(&body, type, &process);
	bus_publish(bus, type, body.data, body.len);
	strbuf_done(&body);
}

void
announce_spawned(const char *name, pid_t pid)
{
	log_info("spawned: '%s' with pid %ld", name, (long)pid);
}

void
announce_spawn_error(const char *text)
{
	log_info("spawnerr: %s", text);
}

void
announce_success(const char *name, int startsecs)
{
	log_info("success: %s entered RUNNING state, process has stayed up "
		 "for > than %d seconds (startsecs)",
	    name, startsecs);
}

void
announce_gave_up(const char *name)
{
	log_info("gave up: %s entered FATAL state, too many start retries too "
		 "quickly",
	    name);
}

void
announce_kill(const char *name, pid_t pid, int signo, bool to_group)
{
	log_debug("killing %s (pid %ld) %swith signal %s", name, (long)pid,
	    to_group ? "process group " : "", signame(signo));
}

void
announce_exited(const char *name, const char *how, bool expected)
{
	if (expected)
		log_info("exited: %s (%s; expected)", name, how);
	else
		log_warnx("exited: %s (%s; not expected)", name, how);
}

void
announce_stopped(const char *name, const char *how, bool expected)
{
	if (expected)
		log_info("stopped: %s (%s)", name, how);
	else
		log_warnx("stopped: %s (%s)", name, how);
}
