/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_NGINX_ARGS_H
#define PREFLIGHT_NGINX_ARGS_H

/* What an nginx was started with; NULL where nothing was given. */
struct nginx_args {
	char *binary;
	char *conf;
	char *prefix;
	char *globals;
	char *error_log;
};

/*
 * Reads the title of a master process behind "master process ": the arguments
 * joined by blanks, their quoting lost.  Only -g can hold blanks; it goes on
 * to the next word that is an option of nginx.  Never fails.
 */
void nginx_args_read(const char *title, struct nginx_args *);
void nginx_args_done(struct nginx_args *);

#endif
