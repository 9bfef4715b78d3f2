/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_SERVER_TABLE_H
#define PREFLIGHT_SERVER_TABLE_H

#include <stdbool.h>

#include "preflight/app/server_settings.h"

/*
 * The application servers we know: how their options are spelled and what
 * becomes of the sockets they bind (contract P1.3, P3.5).  A new server is a
 * new row.
 */

struct server_option {
	const char *name; /* "--bind" or "-b" */
	enum server_key key;
	bool optional; /* the value only comes behind "=" */
};

struct server_variable {
	const char *name; /* "UVICORN_UDS" */
	enum server_key key;
};

/* What becomes of --user and --group when root starts the server. */
enum server_gives {
	SERVER_GIVES_BOTH, /* the socket, too; who is not named stays root */
	SERVER_GIVES_PAIR, /* the socket, if both are named */
	SERVER_BECOMES,	   /* it becomes them before it makes the socket */
};

struct server {
	const char *name;		     /* of the executable */
	const char *module;		     /* python -m ... */
	const struct server_option *options; /* ends with name NULL */
	const struct server_variable *variables;
	const char *default_bind; /* without any other; NULL: none */
	/* The mode a socket has when nothing else is said; -1: 0777 without
	 * the umask of the process. */
	int default_mode;
	int default_umask; /* of its own setting, -1: that of the process */
	bool keeps_mode;   /* of a socket that is there already */
	bool keeps_stale;  /* ends if a socket is there, even one of nobody */
	bool takes_files;  /* "app.ini" is an option (uwsgi) */
	enum server_gives gives;
};

/* By the last part of an executable's name ("gunicorn3.11" counts), or by
 * module name if is_module; NULL if unknown. */
const struct server *server_find(const char *name, bool is_module);

#endif
