/* SPDX-License-Identifier: ISC */
#ifndef WEB_VERDICTS_H
#define WEB_VERDICTS_H

#include "base/strbuf.h"
#include "http/http_server.h"
#include "rpc/method.h"

/*
 * What preflight said last of each program, asked for by the RPC methods that
 * its plugin adds.
 */
struct verdicts;

struct verdicts *verdicts_create(struct rpc *); /* borrows it */
void verdicts_free(struct verdicts *);		/* takes NULL */
/* Appends a list, on one line, with nothing in it while nothing was checked.
 * Appends nothing if the plugin is not there. */
void verdicts_write(struct strbuf *, const struct verdicts *);
/* The handler of preflight.json: the whole report about program=, 404 if there
 * is none. */
void verdicts_serve_report(struct http_request *, struct verdicts *);

#endif
