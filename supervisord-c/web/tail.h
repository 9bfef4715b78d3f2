/* SPDX-License-Identifier: ISC */
#ifndef WEB_TAIL_H
#define WEB_TAIL_H

#include "http/http_server.h"
#include "supervisor/supervisor.h"

/*
 * /logtail/NAME[/stdout|/stderr] and /mainlogtail: the end of a log, then what
 * is appended, for as long as the client listens (contract C5.6).
 */
struct tails;

struct tails *tails_create(struct supervisor *);
/* Streams under way are dropped.  Takes NULL. */
void tails_free(struct tails *);
/* The handlers; arg is the tails. */
void tails_serve_process(struct http_request *, void *arg);
void tails_serve_main(struct http_request *, void *arg);

#endif
