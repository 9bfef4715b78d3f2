/* SPDX-License-Identifier: ISC */
#ifndef WEB_HTML_H
#define WEB_HTML_H

#include "base/strbuf.h"
#include "http/http_server.h"

/* Appends text so that it is valid in an element and in a quoted attribute:
 * bytes that are not UTF-8 and control characters become U+FFFD. */
void html_text(struct strbuf *, const char *);
void html_text_len(struct strbuf *, const char *, size_t len);

/* Up to <body>; head is more of the head, or NULL. */
void html_begin(struct strbuf *, const char *title, const char *head);
void html_end(struct strbuf *);
/* Sends a page, and takes its bytes. */
void html_reply(struct http_request *, struct strbuf *);
/* The headers of everything that may not be kept. */
void html_no_cache(struct http_request *);

#endif
