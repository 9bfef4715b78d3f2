/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_UWSGI_CONF_H
#define PREFLIGHT_UWSGI_CONF_H

#include <stdbool.h>

#include "base/strvec.h"

#include "preflight/app/server_table.h"

/*
 * What uwsgi is told, from all sides and in its own order: environment,
 * command line, and each configuration file at the place where it is named
 * (contract P3.5).
 */

/* One option as it was given. */
struct uwsgi_option {
	char *name;
	char *value; /* NULL: it cannot be known */
	char *where; /* "/srv/app/uwsgi.ini:3" */
	bool known;  /* it concerns sockets */
	enum server_key key;
};

/* The text of a file, which the caller frees; NULL if it cannot be read. */
typedef char *uwsgi_read_fn(void *arg, const char *path);

struct uwsgi_conf {
	const struct server_option *table; /* of the server "uwsgi" */
	const struct strvec *environment;  /* for $(NAME) */
	const char *directory; /* of relative files; NULL: not known */
	uwsgi_read_fn *read;
	void *arg;
	struct uwsgi_option *options;
	size_t count, room;
	struct strvec undecided; /* files that cannot be read */
	unsigned files;		 /* that were named */
};

/* Adds an option; one that names a configuration file is followed by all
 * that is in it.  where is borrowed. */
void uwsgi_conf_add(struct uwsgi_conf *, const char *name, const char *value,
    const char *where);
/* Resolves %(name), then sets what concerns sockets. */
void uwsgi_conf_settle(struct uwsgi_conf *, struct server_settings *);
void uwsgi_conf_done(struct uwsgi_conf *);

#endif
