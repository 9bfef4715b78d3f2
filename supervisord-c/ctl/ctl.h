/* SPDX-License-Identifier: ISC */
#ifndef CTL_CTL_H
#define CTL_CTL_H

#include <stdbool.h>

#include "ctl/client.h"

/*
 * What all commands share: the server they talk to, and how the run is going.
 */

/* Exit statuses (contract C6.4). */
enum ctl_exit {
	CTL_OK = 0,
	CTL_ERROR = 1,
	CTL_USAGE = 2,
	CTL_STOPPED = 3, /* of status; also a server without our methods */
	CTL_UNKNOWN = 4, /* of status; also a server that refuses */
	CTL_OTHER_API = 5,
	CTL_NOT_RUNNING = 7, /* also a socket that does not exist */
};

struct ctl {
	struct transport transport;
	int exit_status; /* of the last failure */
	bool may_ask;	 /* somebody is there who can answer */
	bool in_shell;
	bool quit;     /* the shell has been told to end */
	bool json;     /* the running command shall print JSON */
	bool terminal; /* stdout is one */
	bool colour;   /* and may show colours */
	bool progress_shown;
	const char *doing; /* shown while a call takes long; NULL: its method */
};

/* To what the URL names, which may be nothing yet.  -1 with a sentence for one
 * that is not http:// or unix://. */
int ctl_init(struct ctl *, const char *url, char **cause);
void ctl_done(struct ctl *);
/* Talks to another server from now on, with the same credentials unless the
 * URL has its own.  -1 as above, and nothing changes. */
int ctl_open(struct ctl *, const char *url, char **cause);

/*
 * Calls a method of the server; takes params, which may be NULL.  If the server
 * wants credentials and somebody can be asked for them, asks until they are
 * accepted.  0 for a value or a fault.  -1 if there was neither: then the
 * failure is printed, the exit status set, and the command should end.
 */
int ctl_call(struct ctl *, const char *method, struct value *params,
    struct reply *);
/* The same for a reply that may be a lost one, which is not reported. */
void ctl_try_call(struct ctl *, const char *method, struct value *params,
    struct reply *);
/* ctl_call for a method that has no faults of its own: those are reported
 * too. */
int ctl_need_value(struct ctl *, const char *method, struct value *params,
    struct reply *);

/* The text that a value is, borrowed from the reply.  NULL if it is another
 * type: then that is printed as a failure. */
const char *ctl_need_text(struct ctl *, const struct reply *, size_t *len);

/* Prints why there is no value, in the words of contract C6.3; status 1. */
void ctl_report(struct ctl *, const struct reply *);
/* Prints a line of a failure, or its JSON form, and sets the exit status. */
void ctl_fail(struct ctl *, int status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Whether the server is there and speaks our version; if not, that is printed.
 * The exit status is then down_status, or if that is 0 one that says why.
 */
bool ctl_is_up(struct ctl *, int down_status);

#endif
