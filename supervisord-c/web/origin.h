/* SPDX-License-Identifier: ISC */
#ifndef WEB_ORIGIN_H
#define WEB_ORIGIN_H

#include <stdbool.h>

#include "http/http_server.h"

/*
 * Whether a browser says that a page of another site made this request: such a
 * request may not change anything.  Programs other than browsers say nothing
 * about that, and are believed.
 */
bool origin_is_foreign(const struct http_request *);
/* The same for the three headers, each NULL if it was not sent. */
bool origin_of_headers_is_foreign(const char *fetch_site, const char *origin,
    const char *host);
/* Answers 403 with a sentence. */
void origin_refuse(struct http_request *);

#endif
