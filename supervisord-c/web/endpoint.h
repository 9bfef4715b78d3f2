/* SPDX-License-Identifier: ISC */
#ifndef WEB_ENDPOINT_H
#define WEB_ENDPOINT_H

#include "http/http_server.h"
#include "rpc/method.h"

/*
 * XML-RPC over HTTP: POST to /RPC2 (contract C2).  An answer may come long
 * after the request.
 */
struct endpoint;

struct endpoint *endpoint_create(struct rpc *);
/* Calls under way are abandoned.  Takes NULL. */
void endpoint_free(struct endpoint *);
/* The handler; arg is the endpoint. */
void endpoint_serve(struct http_request *, void *arg);

#endif
