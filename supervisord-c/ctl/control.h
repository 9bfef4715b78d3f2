/* SPDX-License-Identifier: ISC */
#ifndef CTL_CONTROL_H
#define CTL_CONTROL_H

#include "base/strvec.h"
#include "ctl/ctl.h"

/*
 * What start, stop, signal and clear have in common: a list of names, one
 * call for each, one line for each process, and a rule for the exit status
 * (contract C6.4, C6.6).
 */

/* The words for one fault. */
struct control_text {
	int fault;
	const char *text;
};

struct control_verb {
	const char *name;
	const char *process_method; /* (name), with a signal (name, signal) */
	const char *group_method;   /* NULL: member by member */
	const char *all_method;
	const char *done;		  /* "started" */
	const struct control_text *texts; /* ended by a NULL text */
	int ignored_fault;   /* does not count as a failure; 0: none */
	int no_group_status; /* exit status for an unknown group */
};

extern const struct control_verb control_start;
extern const struct control_verb control_stop;
extern const struct control_verb control_signal;
extern const struct control_verb control_clear;

/*
 * Applies the verb to every name, or to everything if "all" is among them.
 * signal is NULL except for control_signal.  -1 if the command has to end
 * because a call failed; that is reported then.
 */
int control_run(struct ctl *, const struct control_verb *, const char *signal,
    const struct strvec *names);

#endif
