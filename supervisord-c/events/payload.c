/* SPDX-License-Identifier: ISC */
/*
 * Bodies of events.  Which members the body of a state change has is a table,
 * as listeners depend on the names and some on their order.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/repr.h"
#include "base/utf8.h"
#include "events/payload.h"

enum {
	WITH_TRIES = 1,
	WITH_EXPECTED = 2,
	WITH_PID = 4,
};

static const unsigned int state_members[EVENT_TYPE_COUNT] = {
	[EV_PROCESS_STATE_STARTING] = WITH_TRIES,
	[EV_PROCESS_STATE_BACKOFF] = WITH_TRIES,
	[EV_PROCESS_STATE_RUNNING] = WITH_PID,
	[EV_PROCESS_STATE_STOPPING] = WITH_PID,
	[EV_PROCESS_STATE_STOPPED] = WITH_PID,
	[EV_PROCESS_STATE_EXITED] = WITH_EXPECTED | WITH_PID,
};

void
payload_process_state(struct strbuf *out, enum event_type type,
    const struct payload_process *process)
{
	unsigned int members = state_members[type];

	assert(event_type_is_a(type, EV_PROCESS_STATE));
	strbuf_addf(out, "processname:%s groupname:%s from_state:%s",
	    process->process, process->group, process->from_state);
	if (members & WITH_TRIES)
		strbuf_addf(out, " tries:%d", process->tries);
	if (members & WITH_EXPECTED)
		strbuf_addf(out, " expected:%d", process->expected);
	if (members & WITH_PID)
		strbuf_addf(out, " pid:%ld", (long)process->pid);
}

void
payload_text(struct strbuf *out, const void *data, size_t len)
{
	char *shown;

	if (utf8_valid(data, len)) {
		strbuf_add(out, data, len);
		return;
	}
	shown = repr_bytes(data, len);
	strbuf_addf(out, "Undecodable: %s", shown);
	free(shown);
}

static void
add_process(struct strbuf *out, const struct payload_process *process)
{
	strbuf_addf(out, "processname:%s groupname:%s pid:%ld",
	    process->process, process->group, (long)process->pid);
}

void
payload_process_log(struct strbuf *out, const struct payload_process *process,
    const char *channel, const void *data, size_t len)
{
	add_process(out, process);
	strbuf_addf(out, " channel:%s\n", channel);
	payload_text(out, data, len);
}

void
payload_process_communication(struct strbuf *out,
    const struct payload_process *process, const void *data, size_t len)
{
	add_process(out, process);
	strbuf_addch(out, '\n');
	payload_text(out, data, len);
}

void
payload_remote(struct strbuf *out, const char *type, const void *data,
    size_t len)
{
	strbuf_addf(out, "type:%s\n", type);
	payload_text(out, data, len);
}

void
payload_tick(struct strbuf *out, int64_t when)
{
	strbuf_addf(out, "when:%" PRId64, when);
}

void
payload_group(struct strbuf *out, const char *group)
{
	strbuf_addf(out, "groupname:%s\n", group);
}
