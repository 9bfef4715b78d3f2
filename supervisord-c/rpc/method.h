/* SPDX-License-Identifier: ISC */
#ifndef RPC_METHOD_H
#define RPC_METHOD_H

#include <stddef.h>

#include "base/strbuf.h"
#include "supervisor/supervisor.h"
#include "xmlrpc/fault.h"
#include "xmlrpc/value.h"

/*
 * Methods in, answers out; no HTTP (contract C2, C3).  An answer may come
 * later: every call ends in exactly one rpc_done_fn.
 */
struct rpc;	 /* the registry of one daemon */
struct rpc_call; /* one call under way */

/* The whole methodResponse document, lent.  Not called after rpc_abandon. */
typedef void (*rpc_done_fn)(struct strbuf *document, void *arg);

struct rpc *rpc_create(struct supervisor *);
void rpc_free(struct rpc *);

struct rpc_execution {
	struct rpc *rpc;
	const char *method;
	const struct value *params; /* borrowed until rpc_execute returns */
	bool is_request; /* of a client by XML-RPC: told of at trace level */
	bool brief; /* the caller has no use for more than a status line says */
	rpc_done_fn done;
	void *arg;
};

/*
 * Executes a method.  done may be called before this returns; then the result
 * is NULL.  Otherwise the handle is for rpc_abandon: the client went away, what
 * was begun goes on, what has not been begun of a multicall is never run.
 */
struct rpc_call *rpc_execute(const struct rpc_execution *);
void rpc_abandon(struct rpc_call *);

/*
 * One row of a method table.  fn ends in rpc_return, rpc_return_fault, or keeps
 * the call (rpc_defer in rpc/deferred.h).
 */
struct rpc_method {
	const char *name; /* without namespace */
	/* Types as methodSignature returns them, first the result's:
	 * "boolean,string,boolean". */
	const char *signature;
	unsigned int required; /* parameters without a default */
	const char *help;
	void (*fn)(struct rpc_call *, const struct value *params);
	bool even_in_shutdown;
};

/* Adds a namespace; the table is borrowed for good.  -1 if it exists. */
int rpc_add_namespace(struct rpc *, const char *name, const struct rpc_method *,
    size_t count, void *arg);

/* For methods. */
struct supervisor *rpc_call_supervisor(const struct rpc_call *);
void *rpc_call_arg(const struct rpc_call *);
/* The method's name without its namespace, and the parameters; borrowed. */
const char *rpc_call_method(const struct rpc_call *);
const struct value *rpc_call_params(const struct rpc_call *);
bool rpc_call_is_brief(const struct rpc_call *);
void rpc_return(struct rpc_call *, struct value *result); /* takes it */
/* detail may be NULL. */
void rpc_return_fault(struct rpc_call *, enum fault, const char *detail);
/* Writes the value straight into the answer, for large ones: fn is called once
 * with a buffer and appends one value with xmlrpc/writer.h. */
void rpc_return_written(struct rpc_call *,
    void (*fn)(struct strbuf *, void *arg), void *arg);

#endif
