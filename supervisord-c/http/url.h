/* SPDX-License-Identifier: ISC */
#ifndef HTTP_URL_H
#define HTTP_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

/*
 * Percent-encoding and urlencoded forms.  Returned texts are the caller's.
 */

/* What is no valid escape stays as it is.  With plus_is_space as in a form. */
char *url_decode(const char *, size_t len, bool plus_is_space, size_t *out_len);
/* Appends; unreserved characters and '/' stay as they are. */
void url_encode(struct strbuf *, const char *);

/* The value of name in "a=1&b=2"; NULL if there is none that is not empty (or
 * it has a NUL). */
char *url_param_first(const char *form, size_t len, const char *name);
char *url_param_last(const char *form, size_t len, const char *name);

#endif
