/* SPDX-License-Identifier: ISC */
#ifndef CONFIG_PROGRAM_H
#define CONFIG_PROGRAM_H

#include "config/field.h"

/*
 * [program:x], and what [fcgi-program:x] and [eventlistener:x] have in common
 * with it (contract D2.8).
 */

/* What the tables below fill: a process and what only the section needs. */
struct program_section {
	struct process_config proc; /* first: its offsets are those of both */
	char *process_name;
	int numprocs;
	int numprocs_start;
	bool out_was_syslog; /* ..._logfile=syslog, the old spelling */
	bool err_was_syslog;
};

/* Options read once a section, and those read for every process of it. */
extern const struct field program_section_fields[];
extern const struct field program_process_fields[];

/* Processes while their group is built. */
struct process_list {
	struct process_config *items;
	size_t count;
};

/*
 * Appends the section's processes, sorted by priority and name.  group is the
 * name of the group they end up in.  Errors name the section.
 */
int program_read(struct config_reader *, const struct ini_section *,
    enum process_kind, const char *group, struct process_list *, char **cause);
void process_config_done(struct process_config *);

/* The part of a section's name behind the first colon; borrowed. */
const char *section_suffix(const char *section);

#endif
