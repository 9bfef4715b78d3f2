/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_COMMAND_FILE_H
#define PREFLIGHT_COMMAND_FILE_H

#include "base/cred.h"

/*
 * What the file of a command needs besides itself (contract P4.7).
 */
struct command_file {
	char *interpreter; /* behind "#!", absolute; NULL: none */
	char *packages;	   /* of the virtualenv it lies in; NULL: in none */
};

/* Reads the file as app_file_read does; what cannot be read is left NULL.  The
 * caller frees with command_file_done. */
void command_file_read(const struct cred *, const char *image, const char *path,
    struct command_file *);
void command_file_done(struct command_file *);

#endif
