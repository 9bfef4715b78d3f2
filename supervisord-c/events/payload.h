/* SPDX-License-Identifier: ISC */
#ifndef EVENTS_PAYLOAD_H
#define EVENTS_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/strbuf.h"
#include "events/event_type.h"

/*
 * The bodies of events, byte for byte as listeners know them (contract C7.1).
 * Each function appends to the buffer.
 */

struct payload_process {
	const char *process;
	const char *group;
	const char *from_state; /* name */
	pid_t pid;
	int tries;
	bool expected;
};

/* type: one of the PROCESS_STATE_ leaves; it decides which members count. */
void payload_process_state(struct strbuf *, enum event_type,
    const struct payload_process *);
/* Output of a process.  Data that is not UTF-8 is shown as a whole as
 * "Undecodable: b'...'", as in payload_remote. */
void payload_process_log(struct strbuf *, const struct payload_process *,
    const char *channel, const void *, size_t len);
void payload_process_communication(struct strbuf *,
    const struct payload_process *, const void *, size_t len);
void payload_remote(struct strbuf *, const char *type, const void *,
    size_t len);
void payload_tick(struct strbuf *, int64_t when);
void payload_group(struct strbuf *, const char *group);

/* Data as text: itself, or "Undecodable: b'...'". */
void payload_text(struct strbuf *, const void *, size_t len);

#endif
