/* SPDX-License-Identifier: ISC */
#ifndef PROCESS_FCGI_SOCKET_H
#define PROCESS_FCGI_SOCKET_H

#include "config/config.h"

/*
 * The listening socket that the members of an fcgi-program share (contract
 * D6.1): made for the first who needs it, closed after the last.
 */
struct fcgi_socket;

/* Borrows the configuration. */
struct fcgi_socket *fcgi_socket_create(const struct fcgi_socket_config *);
/* Closes, and removes the file if it still is the one that was made. */
void fcgi_socket_free(struct fcgi_socket *); /* takes NULL */

/* The descriptor, blocking and close-on-exec; each success is paired with one
 * fcgi_socket_drop.  -1 with "Could not create FastCGI socket ..." in *cause. */
int fcgi_socket_take(struct fcgi_socket *, char **cause);
void fcgi_socket_drop(struct fcgi_socket *);

#endif
