/* SPDX-License-Identifier: ISC */
#ifndef WEB_LIVE_H
#define WEB_LIVE_H

#include "http/http_server.h"
#include "supervisor/supervisor.h"
#include "web/verdicts.h"

/*
 * Server-sent events for the status page: an event "row" with the row of each
 * process that changed, an event "reload" when rows come or go, an event
 * "preflight" with the list of verdicts when preflight has spoken.  Nothing is
 * done while nobody looks.
 */
struct live;

/* Borrows both. */
struct live *live_create(struct supervisor *, const struct verdicts *);
/* Takes NULL. */
void live_free(struct live *);
/* The handler; arg is the live. */
void live_serve(struct http_request *, void *arg);

#endif
