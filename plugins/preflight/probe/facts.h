/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_FACTS_H
#define PREFLIGHT_FACTS_H

#include <stdbool.h>
#include <sys/stat.h>

#include "preflight/probe/access.h"

/* Room for the decimal name of a descriptor. */
#define FACTS_LINK_SIZE 16

/*
 * Reads what is to be known of the object that fd (O_PATH is enough) refers
 * to.  The working directory must be /proc/self/fd: that is how extended
 * attributes of an O_PATH descriptor are read below a root without /proc.
 * with_default asks for the default ACL of a directory as well.  System calls
 * only.  -1 and errno.
 */
int facts_read(int fd, bool with_default, struct facts *);

/* What a stat says; no ACLs. */
void facts_of_stat(const struct stat *, struct facts *);

/*
 * As facts_read, but not the file system's, of a name in the working directory whose
 * lstat(2) is known: two calls less for one of many thousands.
 */
void facts_read_name(const char *name, const struct stat *, struct facts *);

/* The decimal name of a descriptor in /proc/self/fd. */
void facts_fd_name(int fd, char name[FACTS_LINK_SIZE]);

#endif
