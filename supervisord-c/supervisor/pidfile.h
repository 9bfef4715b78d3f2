/* SPDX-License-Identifier: ISC */
#ifndef SUPERVISOR_PIDFILE_H
#define SUPERVISOR_PIDFILE_H

/* The file with the daemon's pid (contract D3.5). */
struct pidfile;

/* Writes it and logs that the daemon started; what goes wrong is logged only,
 * and NULL returned.  A file left by a dead daemon is no obstacle; one that a
 * living daemon holds is left alone. */
struct pidfile *pidfile_write(const char *path);
/* Removes the file if it still is the one that was written. */
void pidfile_remove(struct pidfile *); /* takes NULL; frees */

#endif
