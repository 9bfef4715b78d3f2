/* SPDX-License-Identifier: ISC */
#ifndef WEB_PAGE_H
#define WEB_PAGE_H

#include "http/http_server.h"
#include "supervisor/supervisor.h"
#include "web/verdicts.h"

/* The status page, with the message of the query if there is one (contract
 * C5.2). */
void page_status(struct http_request *, struct supervisor *,
    const struct verdicts *);
/* The end of a log, and the script that follows it (contract C5.4). */
void page_tail(struct http_request *, struct supervisor *);

#endif
