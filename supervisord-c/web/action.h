/* SPDX-License-Identifier: ISC */
#ifndef WEB_ACTION_H
#define WEB_ACTION_H

#include "http/http_server.h"
#include "rpc/method.h"
#include "supervisor/supervisor.h"

/*
 * What the links of the status page do: one or two RPC calls, then a redirect
 * to the page with a message (contract C5.3).
 */
struct actions;

struct actions *actions_create(struct supervisor *, struct rpc *);
/* What is under way is left unfinished.  Takes NULL. */
void actions_free(struct actions *);
/* Carries out the named action, answers later. */
void actions_serve(struct actions *, struct http_request *, const char *name);

#endif
