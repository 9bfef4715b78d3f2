/* SPDX-License-Identifier: ISC */
#ifndef CONFIG_CONVERT_H
#define CONFIG_CONVERT_H

#include <stdbool.h>
#include <sys/types.h>

#include "config/config.h"

/*
 * The types of contract D2.4 that need more than base/parse.h has.  Each
 * returns 0, or -1 with the sentence of the usage error; the caller frees
 * texts.  base: see config/path.h.
 */

int convert_int(const char *, int *, char **cause);
int convert_loglevel(const char *, enum log_level *, char **cause);
/* "~" is expanded, the path stays relative if it was. */
int convert_directory(const char *, const char *base, char **path,
    char **cause);
/* As convert_directory, about the folder of the named file. */
int convert_dirpath(const char *, const char *base, char **path, char **cause);
int convert_autorestart(const char *, enum autorestart *, char **cause);
/* Numbers of 0 to 255; *codes is NULL for an empty list. */
int convert_exitcodes(const char *, int **codes, size_t *count, char **cause);
/* "user" or "user:group"; without the group *gid becomes -1.  Here the caller
 * words the error. */
int convert_owner(const char *, uid_t *, gid_t *);
/* The name of a program or group, blanks around it dropped. */
int convert_name(const char *, char **name, char **cause);
/* Parts between commas, blanks around them dropped; none of an empty text. */
void convert_list(const char *, struct strvec *);
/* "port" or "host:port"; *host is "" for all interfaces. */
int convert_inet_address(const char *, char **host, int *port, char **cause);
/* A number of 1 to 65535. */
int convert_port(const char *, int *, char **cause);

#endif
