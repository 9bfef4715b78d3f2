/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_UNIT_FILE_H
#define PREFLIGHT_UNIT_FILE_H

#include "base/strvec.h"

/*
 * systemd's unit files, as far as they say how a service is started
 * (systemd.syntax(7), systemd.exec(5)); pure.
 */
struct unit_service {
	struct strvec starts;	   /* lines of ExecStart, as written */
	struct strvec environment; /* "NAME=value" */
	struct strvec env_files;   /* lines of EnvironmentFile, as written */
	struct strvec groups;	   /* of SupplementaryGroups */
	char *user, *group;	   /* NULL: not said */
};

#define UNIT_SERVICE_INIT                                                      \
	{                                                                      \
		.starts = STRVEC_INIT, .environment = STRVEC_INIT,             \
		.env_files = STRVEC_INIT, .groups = STRVEC_INIT                \
	}

/* Reads the text of the unit or of a drop-in on top of what there is already:
 * an empty value forgets what was said before. */
void unit_file_read(const char *text, struct unit_service *);
void unit_service_done(struct unit_service *);

/* The text of an environment file, on top of what there is already. */
void unit_env_read(const char *text, struct strvec *environment);

/* Appends the words of a line of ExecStart, unquoted, with variables of the
 * environment; one that is not set is empty. */
void unit_command_split(const char *line, const struct strvec *environment,
    struct strvec *words);

#endif
