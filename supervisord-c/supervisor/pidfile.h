/* SPDX-License-Identifier: ISC */
#ifndef SUPERVISOR_PIDFILE_H
#define SUPERVISOR_PIDFILE_H

#include <stdbool.h>

/* The file with the daemon's pid (contract D3.5). */
struct pidfile;

/* Opens and holds it, across a fork too.  A file that cannot be opened is
 * known when it is to be written. */
struct pidfile *pidfile_take(const char *path);
/* Whether another living daemon holds the file.  One that a dead daemon left is
 * held by nobody. */
bool pidfile_is_held(const struct pidfile *);
/* Writes it and logs that the daemon started; what goes wrong is logged only.
 * A file that another daemon holds is left alone; one that was left behind by a
 * dead one is overwritten, and that told, as its programs may still run. */
void pidfile_write(struct pidfile *);
/* Removes the file if it still is the one that was written. */
void pidfile_remove(struct pidfile *); /* takes NULL; frees */

#endif
