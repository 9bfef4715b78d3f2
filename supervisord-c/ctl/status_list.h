/* SPDX-License-Identifier: ISC */
#ifndef CTL_STATUS_LIST_H
#define CTL_STATUS_LIST_H

#include "base/strvec.h"
#include "ctl/ctl.h"

/*
 * The processes that a status is asked for, and the names for which there are
 * none; all borrowed from the answer of getAllProcessInfo.
 */
struct status_list {
	struct process_info *items;
	size_t count;
	struct strvec missing; /* lines about names without a process */
};

#define STATUS_LIST_INIT                                                       \
	{                                                                      \
		.items = NULL, .missing = STRVEC_INIT                          \
	}

/*
 * Asks for all processes, of our own daemon for no more of them than the table
 * needs, a quarter; JSON has everything.  As ctl_need_value.
 */
int status_list_ask(struct ctl *, struct reply *);
void status_list_done(struct status_list *);
void status_list_add_all(struct status_list *, const struct value *infos);
/* The process or the group of that name. */
void status_list_add_named(struct status_list *, const struct value *infos,
    const char *name);
/* The processes whose name, short or as group:name, matches the pattern of
 * fnmatch(3). */
void status_list_add_matching(struct status_list *, const struct value *infos,
    const char *pattern);

/* Prints the missing and the lines, and sets the exit status of "status". */
void status_list_print(struct ctl *, const struct status_list *);

#endif
