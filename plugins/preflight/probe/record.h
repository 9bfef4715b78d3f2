/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_RECORD_H
#define PREFLIGHT_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "preflight/probe/answer.h"

/*
 * What a probe child writes into its pipe: fixed heads, each with the facts
 * (if it has any) and a path after it.  Parent and child are the same program,
 * so the form is the machine's.
 */

/* A child that sends more is not believed (contract P6). */
#define RECORD_TOTAL_MAX (4u * 1024 * 1024)

#define RECORD_NUMBERS 8

enum record_kind {
	RECORD_BEGIN,  /* the child starts on a question */
	RECORD_STEP,   /* an object on the way */
	RECORD_ANSWER, /* the question is answered */
	RECORD_FATAL,  /* nothing can be answered: why and error */
	RECORD_END,    /* all work is done */
	RECORD_CLASS,  /* these: trees, see tree_list.h */
	RECORD_DIRECTORY,
	RECORD_SAMPLE,
	RECORD_SEEN,
	RECORD_WAY,
	RECORD_REACH,
	RECORD_KINDS
};

struct record {
	uint32_t magic;
	uint32_t question; /* index */
	uint16_t kind;
	uint16_t verdict;
	uint16_t why;
	uint16_t path_len; /* bytes of path that follow */
	int32_t error;
	/* Not bool: what comes out of a pipe may have any value. */
	uint8_t on_target;
	uint8_t through_link;
	uint8_t has_facts; /* else facts are not sent, and empty */
	int64_t numbers[RECORD_NUMBERS]; /* meaning depends on the kind */
	struct facts facts;
};

/* A record about nothing yet. */
void record_init(struct record *, enum record_kind, uint32_t question);
/* Child: writes it with the path (may be NULL).  Ends the process if the
 * parent is gone. */
void record_send(int fd, struct record *, const char *path);

/*
 * Parent: the record at the start of the bytes.  Returns how many bytes it
 * takes, 0 if it is not complete yet, -1 if it is garbage.  *path points into
 * the bytes and is not NUL-terminated: path_len says its end.
 */
ptrdiff_t record_parse(const char *data, size_t len, struct record *,
    const char **path);

#endif
