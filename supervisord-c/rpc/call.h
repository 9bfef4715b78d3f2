/* SPDX-License-Identifier: ISC */
#ifndef RPC_CALL_H
#define RPC_CALL_H

#include "rpc/method.h"

/* What the rooms' own methods may do with a call beyond rpc/method.h. */

/* The call goes on after its method has returned.  cancel(arg) is called if the
 * client goes away: let go of everything, the call is freed then. */
typedef void (*rpc_cancel_fn)(void *arg);
void rpc_defer(struct rpc_call *, rpc_cancel_fn, void *arg);

/* As rpc_execute, but the bare value or fault struct is appended to a buffer
 * that the caller keeps until done: an entry of a multicall. */
struct rpc_call *rpc_execute_into(struct strbuf *,
    const struct rpc_execution *);

struct rpc *rpc_call_rpc(const struct rpc_call *);

typedef void (
    *rpc_method_fn)(const char *space, const struct rpc_method *, void *arg);
void rpc_each_method(const struct rpc *, rpc_method_fn, void *arg);
/* NULL if there is none of that full name. */
const struct rpc_method *rpc_find_method(const struct rpc *, const char *);

#endif
