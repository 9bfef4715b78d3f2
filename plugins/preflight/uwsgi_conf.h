/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_UWSGI_CONF_H
#define PREFLIGHT_UWSGI_CONF_H

#include "base/strvec.h"

struct server_settings;

/*
 * Takes the options that concern sockets from the text of a uwsgi ini file.
 * path is the file's own ("/srv/app/uwsgi.ini"), for %d, %n and %p; section is
 * what stood behind the colon, NULL for [uwsgi]; environment serves $(NAME).
 * An option that cannot be expanded is noted as undecided.  -1 if the file is
 * not an ini file (xml, yaml, json); settings is untouched then.
 */
struct uwsgi_source {
	const char *path;
	const char *section;
	const struct strvec *environment;
};

int uwsgi_conf_read(const char *text, const struct uwsgi_source *,
    struct server_settings *);

#endif
