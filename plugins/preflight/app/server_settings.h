/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_SERVER_SETTINGS_H
#define PREFLIGHT_SERVER_SETTINGS_H

#include <stdbool.h>

#include "base/strvec.h"

/*
 * What one source (a config file, an environment variable, a command line)
 * says about the sockets of a Python application server.  Sources are laid
 * over each other, the later one winning (contract P3.5).
 */
struct server_settings {
	struct strvec binds; /* as written: unix:/p, /p, host:port, fd://3 */
	int umask;	     /* of the socket; -1: not said */
	int socket_mode;     /* it is chmodded to this; -1: not said */
	char *user;	     /* the server becomes this one; NULL: not said */
	char *group;
	char *socket_owner; /* "user:group" the socket is given to */
	char *host;	    /* NULL: as if nothing were bound */
	char *port;
	char *chdir;
	char *config;	  /* its config file, as written */
	bool keeps_stale; /* a parent binds for workers, over nothing old */
	/* What was said but cannot be known: "bind (gunicorn.conf.py:3)". */
	struct strvec undecided;
};

#define SERVER_SETTINGS_INIT                                                   \
	{                                                                      \
		.umask = -1, .socket_mode = -1                                 \
	}

void server_settings_done(struct server_settings *);
/* Everything that over says replaces what base says. */
void server_settings_overlay(struct server_settings *base,
    const struct server_settings *over);

/* What a value means; the reader of every source ends here. */
/* clang-format off */
enum server_key {
	SERVER_KEY_BIND,	/* unix:P, unix://P, host:port, fd://N */
	SERVER_KEY_PATH,	/* P */
	SERVER_KEY_UWSGI,	/* P, host:port, :port */
	SERVER_KEY_UMASK,	/* as C and gunicorn: 022, 0o22, 18 */
	SERVER_KEY_UMASK_DECIMAL, /* hypercorn: 022 is twenty-two */
	SERVER_KEY_MODE,	/* octal */
	SERVER_KEY_UWSGI_MODE,	/* three octal digits; empty or 1: 0666 */
	SERVER_KEY_UWSGI_UMASK,	/* three octal digits */
	SERVER_KEY_FD,		/* the number of a socket it is given */
	SERVER_KEY_HOST,	/* both together: one more TCP address */
	SERVER_KEY_PORT,
	SERVER_KEY_USER,
	SERVER_KEY_GROUP,
	SERVER_KEY_OWNER,
	SERVER_KEY_CHDIR,
	SERVER_KEY_CONFIG,
	SERVER_KEY_WORKERS,	/* a number */
	SERVER_KEY_RELOAD,	/* a flag */
	SERVER_KEY_OTHER,	/* says nothing about sockets by itself */
};
/* clang-format on */

/* Notes one value.  A number that is none is noted as undecided, with where
 * (borrowed; may be NULL) as the place. */
void server_settings_set(struct server_settings *, enum server_key,
    const char *value, const char *where);

#endif
