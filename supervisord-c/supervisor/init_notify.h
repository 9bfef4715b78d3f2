/* SPDX-License-Identifier: ISC */
#ifndef SUPERVISOR_INIT_NOTIFY_H
#define SUPERVISOR_INIT_NOTIFY_H

/*
 * What the service manager that started the daemon is told, if it asked for
 * that by NOTIFY_SOCKET (sd_notify(3)): one datagram a message, nothing is
 * waited for.
 */

/* Remembers the socket and takes the variable out of the environment: programs
 * must not speak for the daemon.  Called once, before anything is read that
 * depends on the environment. */
void init_notify_take(void);

/* Assignments, one a line, as "READY=1".  Does nothing without a socket; one
 * that does not take the message is logged. */
void init_notify(const char *state);

#endif
