/* SPDX-License-Identifier: ISC */
#ifndef CONFIG_CTL_H
#define CONFIG_CTL_H

/*
 * The section [supervisorctl] (contract D2.12).  Only the one file is read:
 * the client knows no includes.
 */
struct ctl_config {
	char *serverurl;    /* never NULL; the path in unix:// is absolute */
	char *username;	    /* NULL: none */
	char *password;	    /* NULL: none */
	char *prompt;	    /* never NULL */
	char *history_file; /* absolute; NULL: none */
};

/*
 * Reads the file; with NULL the defaults.  -1 with the text of the usage error,
 * also for a file without the section.  The caller frees with
 * ctl_config_done.
 */
int ctl_config_load(const char *path, struct ctl_config *, char **cause);
void ctl_config_done(struct ctl_config *);

/*
 * A server URL as people write it, with ~ and relative parts of a unix:// path
 * resolved; also for -s.  NULL and "value 'x' is not a URL" if it has no
 * scheme, or nothing behind it.  The caller frees.
 */
char *ctl_config_url(const char *, char **cause);

#endif
