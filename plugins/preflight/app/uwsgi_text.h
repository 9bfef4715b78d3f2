/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_UWSGI_TEXT_H
#define PREFLIGHT_UWSGI_TEXT_H

/*
 * The four languages a uwsgi configuration can be written in (contract P3.5).
 * Each reader gives the options of one section in the order they are written;
 * nothing is expanded yet.
 */

/* value is "1" or "0" where the language has a truth value for it; line 0: not
 * known.  Both texts are borrowed for the call. */
typedef void uwsgi_option_fn(void *arg, const char *name, const char *value,
    unsigned line);

/*
 * section NULL is the one named uwsgi.  -1 if the text is not of this
 * language; options before the fault may have been given.
 */
typedef int uwsgi_text_fn(const char *text, const char *section,
    uwsgi_option_fn *, void *arg);

uwsgi_text_fn uwsgi_ini_read;
uwsgi_text_fn uwsgi_json_read;
uwsgi_text_fn uwsgi_xml_read;
uwsgi_text_fn uwsgi_yaml_read;

#endif
