/* SPDX-License-Identifier: ISC */
#ifndef LISTENER_PROTOCOL_H
#define LISTENER_PROTOCOL_H

#include <stddef.h>

#include "base/strbuf.h"

/*
 * The daemon's half of the event listener protocol (contract C7.5): bytes in,
 * verdicts out.  Pure.
 */

/* clang-format off */
/* X(name): the states of a listener, as the log names them. */
#define LISTENER_STATES(X) X(ACKNOWLEDGED) X(READY) X(BUSY) X(UNKNOWN)

enum listener_state {
#define X(name) LISTENER_##name,
	LISTENER_STATES(X)
#undef X
};
/* clang-format on */

const char *listener_state_name(enum listener_state);

enum {
	/* A result may be this long, the line that announces it that. */
	PROTOCOL_MAX_RESULT = 4 * 1024 * 1024,
	PROTOCOL_MAX_LINE = 64 * 1024,
	/* So much is kept of output that nobody asked for. */
	PROTOCOL_BAD_SHOWN = 100,
};

enum protocol_verdict {
	PROTOCOL_MORE,	     /* nothing until more bytes come */
	PROTOCOL_IS_READY,   /* ACKNOWLEDGED -> READY */
	PROTOCOL_ACCEPTED,   /* BUSY -> ACKNOWLEDGED */
	PROTOCOL_REJECTED,   /* BUSY -> ACKNOWLEDGED, the event goes back */
	PROTOCOL_BAD_RESULT, /* BUSY -> UNKNOWN, the event goes back */
	PROTOCOL_CONFUSED,   /* ACKNOWLEDGED or READY -> UNKNOWN */
};

/* Start with protocol_init; also for each new child. */
struct protocol {
	enum listener_state state;
	struct strbuf buffer;
	long long result_len; /* -1: the line has not come yet */
	/* What was said instead: the line after PROTOCOL_BAD_RESULT, the first
	 * bytes after PROTOCOL_CONFUSED. */
	char *bad;
	size_t bad_len;
};

void protocol_init(struct protocol *);
void protocol_done(struct protocol *);
/* Adds what the listener wrote; then call protocol_next until it says
 * PROTOCOL_MORE. */
void protocol_feed(struct protocol *, const void *, size_t len);
enum protocol_verdict protocol_next(struct protocol *);
/* An event was sent: READY -> BUSY. */
void protocol_sent(struct protocol *);

#endif
