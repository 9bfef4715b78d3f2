/* SPDX-License-Identifier: ISC */
#ifndef PREFLIGHT_NGINX_DUMP_H
#define PREFLIGHT_NGINX_DUMP_H

#include <stddef.h>

#include "base/strvec.h"

/*
 * What "nginx -T" prints: before each file a line with its name, which a
 * comment inside of a file can forge.  So the content is compared with the file
 * and passed over as a whole; only what stands between two files is believed.
 */

/* The names of the files, in the order of the dump.  -1 with *cause if it is
 * not made of files as they are now. */
int nginx_dump_files(const char *text, size_t len, struct strvec *files,
    char **cause);

/* What a failed test says on its standard error: the first sentence that made
 * nginx give up, and "FILE:LINE" if it ends in that (else *at is NULL).  The
 * caller frees both; NULL if there is no such sentence. */
char *nginx_dump_refusal(const char *text, char **at);

#endif
