/* SPDX-License-Identifier: ISC */
#ifndef CTL_SERVER_URL_H
#define CTL_SERVER_URL_H

#include <stdbool.h>

/* The server's address in pieces. */
struct server_url {
	char *text;	/* as it is shown in messages, without credentials */
	char *path;	/* unix socket; NULL for TCP */
	char *host;	/* without brackets; NULL for a unix socket */
	char *port;	/* decimal; 80 if the URL names none */
	char *username; /* from http://user:pw@host; NULL: none */
	char *password;
};

/*
 * Takes unix://PATH and http://[user[:password]@]HOST[:PORT][/...] apart; what
 * follows the port does not count.  -1 with a sentence in *cause for any other
 * scheme or an address without host or path.  The caller frees with
 * server_url_done.
 */
int server_url_parse(const char *, struct server_url *, char **cause);
void server_url_done(struct server_url *);
/* Whether it begins with http:// or unix://, in any case. */
bool server_url_is_known(const char *);
/* Whether it asks for TLS, which neither end speaks. */
bool server_url_is_https(const char *);

#endif
