/* SPDX-License-Identifier: ISC */
#ifndef PROCESS_AUTOLOG_H
#define PROCESS_AUTOLOG_H

/* Log files that name themselves (contract D5.7). */

/* Makes an empty file, mode 0600, and returns its path, which the caller
 * frees; a slash in the name becomes "_".  NULL and errno. */
char *autolog_create(const char *directory, const char *process,
    const char *channel, const char *identifier);
/* Removes what earlier lives of the daemon with this identifier left, backups
 * too.  What cannot be removed is logged. */
void autolog_clean(const char *directory, const char *identifier);

#endif
