/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_PROGRAM_VIEW_H
#define PREFLIGHT_PROGRAM_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/cred.h"
#include "base/strvec.h"

#include "preflight/app/preflight_keys.h"
#include "preflight/app/server_plan.h"

struct config;

/*
 * A [program:x] as far as the checker is concerned with it.  The only file
 * that knows how supervisord.conf is represented is the one that fills this.
 */

/* The socket of an fcgi-program, which the daemon itself makes. */
struct view_fcgi {
	char *path; /* NULL: none, or tcp */
	mode_t mode;
	uid_t uid; /* (uid_t)-1: the daemon's */
	gid_t gid;
};

struct program_view {
	char *name;		 /* of the section */
	char *group;		 /* it is started in */
	struct strvec processes; /* their names: "web", "web_00" */
	const char *image;	 /* it lies in, borrowed; NULL: this system */
	struct cred cred;	 /* with the groups it will have */
	char *user;		 /* name or number */
	char *home;		 /* of the user; NULL: unknown */
	char *directory;	 /* NULL: the daemon's */
	int umask;		 /* as it will be, -1: unknown */
	struct strvec commands;	 /* of all processes, no duplicates */
	struct strvec environment;
	struct strvec logs; /* files that the program's user need not write */
	struct view_fcgi fcgi;
	struct preflight_keys keys;
	struct server_plan plan; /* the sockets it will bind */
};

struct program_views {
	struct program_view *items;
	size_t count;
};

/* All programs of the configuration, in its order, as they are on this system
 * or in an unpacked image (NULL: none).  -1 with *cause about a preflight key
 * or a user that does not exist. */
int program_views_read(const struct config *, const char *image,
    struct program_views *, char **cause);
void program_views_done(struct program_views *);

/* Works out the sockets anew, after keys were changed. */
void program_view_plan(struct program_view *);

/* Whether people may call it this: program, process, group:process, group. */
bool program_view_is(const struct program_view *, const char *name);

#endif
