/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_GUNICORN_CONF_H
#define PREFLIGHT_GUNICORN_CONF_H

struct server_settings;

/*
 * Takes bind, umask, user, group and chdir from the text of a gunicorn config
 * file as far as they are literals.  The file is Python and is never executed;
 * a setting that is computed is noted as undecided with its line.  name is for
 * such notes.
 */
void gunicorn_conf_read(const char *text, const char *name,
    struct server_settings *);

#endif
