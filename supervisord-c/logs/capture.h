/* SPDX-License-Identifier: ISC */
#ifndef LOGS_CAPTURE_H
#define LOGS_CAPTURE_H

#include <stddef.h>
#include <stdint.h>

/*
 * The scanner for <!--XSUPERVISOR:BEGIN--> ... <!--XSUPERVISOR:END--> in a
 * process's output (contract D5.8).  Pure: bytes in, spans out.  Holds back
 * only what may be the beginning of a token.
 */
struct capture;

enum capture_span {
	CAPTURE_OUTSIDE,
	/* Between the tokens. */
	CAPTURE_INSIDE,
	/* What was inside when the output ended without an END: the kept bytes,
	 * all of which were told as CAPTURE_INSIDE before. */
	CAPTURE_UNFINISHED,
};

/* The bytes are lent. */
typedef void (
    *capture_text_fn)(const void *, size_t len, enum capture_span, void *arg);
/* The END token came: the last max_bytes of what was between. */
typedef void (*capture_message_fn)(const void *, size_t len, void *arg);

struct capture *capture_create(int64_t max_bytes, capture_text_fn,
    capture_message_fn, void *arg);
void capture_free(struct capture *); /* takes NULL */
void capture_feed(struct capture *, const void *, size_t len);
/* End of output: what was held back is delivered. */
void capture_finish(struct capture *);
/* Forgets collected data (clearProcessLogs). */
void capture_reset(struct capture *);

#endif
