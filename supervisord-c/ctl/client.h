/* SPDX-License-Identifier: ISC */
#ifndef CTL_CLIENT_H
#define CTL_CLIENT_H

#include "ctl/transport.h"
#include "xmlrpc/value.h"

enum reply_kind {
	REPLY_VALUE,
	REPLY_FAULT,
	REPLY_HTTP,    /* an HTTP status other than 200 */
	REPLY_LOST,    /* no answer */
	REPLY_GARBLED, /* not an XML-RPC answer */
};

struct reply {
	enum reply_kind kind;
	struct value *value; /* REPLY_VALUE */
	int code;	     /* of the fault, or the HTTP status */
	char *text; /* fault string, HTTP reason, or what is wrong with it */
	struct connection_error error; /* REPLY_LOST */
};

/* What describes a process in the answers; borrowed from the value. */
struct process_info {
	const struct value *value;
	const char *name;
	const char *group;
	const char *statename;
	const char *description;
	int state;
	int pid;
};

/* What group and "all" calls say about one process; borrowed as well. */
struct process_result {
	const char *name;
	const char *group;
	int status; /* FAULT_SUCCESS or the fault */
	const char *description;
};

/*
 * Arguments of a call: a letter of types for each one that follows, s a
 * string, i an int.  The caller frees with value_free.
 */
struct value *client_params(const char *types, ...);
/*
 * Calls "supervisor.METHOD", or a method that names its own namespace, with an
 * array of arguments, which is borrowed; NULL is none.  The caller frees the reply with reply_done.
 */
void client_call(struct transport *, const char *method,
    const struct value *params, struct reply *);
void reply_done(struct reply *);
/* Whether it is this fault. */
bool reply_is_fault(const struct reply *, int code);

/* Missing members read as "" and 0. */
void process_info_read(const struct value *, struct process_info *);
void process_result_read(const struct value *, struct process_result *);
/* A member that should be a string: "" if it is missing or is none. */
const char *value_text(const struct value *structure, const char *member);

#endif
