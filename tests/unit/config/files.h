/* SPDX-License-Identifier: ISC */
#ifndef UNIT_CONFIG_FILES_H
#define UNIT_CONFIG_FILES_H

#include "config/config.h"

/*
 * Configurations for tests, in a folder of the test's own that is removed when
 * the test ends.
 */

/* To be the .init and .fini of a suite. */
void files_init(void);
void files_done(void);

/* The folder, without a slash at its end. */
const char *files_folder(void);
/* Writes a file of the folder; a '/' in the name makes a folder. */
void files_write(const char *name, const char *text);

/* Loads text as the main file; fails the test if it is refused. */
struct config *files_load(const char *text);
/* Expects that the text is refused with exactly this cause, in which FILE
 * stands for the main file. */
void files_refuse(const char *text, const char *cause);

#endif
