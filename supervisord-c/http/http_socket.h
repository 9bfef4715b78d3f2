/* SPDX-License-Identifier: ISC */
#ifndef HTTP_HTTP_SOCKET_H
#define HTTP_HTTP_SOCKET_H

#include <stdbool.h>
#include <sys/types.h>

#include "http/http_server.h"

/* A unix socket in the file system, to be known again before it is removed. */
struct http_socket_file {
	char *path; /* NULL for TCP */
	dev_t dev;
	ino_t ino;
};

/*
 * A listening socket, non-blocking and close-on-exec.  -1 with the text of
 * Supervisor's usage error in *cause (contract D3.6).
 */
int http_socket_open(const struct http_listen *, struct http_socket_file *,
    char **cause);
/*
 * Whether http_socket_open would work, found out without disturbing anybody: a
 * socket of another process keeps its name.  held: the address, or for TCP the
 * port, is one that this process listens on.
 */
int http_socket_try(const struct http_listen *, bool held, char **cause);
/* Whether the path still stands for the file that was made; not so for TCP.
 * If it does not, errno is 0 when another file has it, else why it stands for
 * none. */
bool http_socket_file_is_there(const struct http_socket_file *);
/* Removes the file if it is still the one that was made. */
void http_socket_file_remove(struct http_socket_file *);

#endif
