/* SPDX-License-Identifier: ISC */
#ifndef XMLRPC_WRITER_H
#define XMLRPC_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "xmlrpc/value.h"

/*
 * Bytes exactly as Supervisor writes them (contract C2.2), appended to a
 * buffer.  Text is made valid XML: bytes that are not UTF-8 and characters that
 * XML forbids become U+FFFD.  Integers saturate at 32 bits.
 */
void xmlrpc_write_value(struct strbuf *, const struct value *);
void xmlrpc_write_response(struct strbuf *, const struct value *result);
void xmlrpc_write_fault(struct strbuf *, int code, const char *text);
/* params is an array, NULL for none. */
void xmlrpc_write_call(struct strbuf *, const char *method,
    const struct value *params);

/*
 * The same pieces for answers too large to be built as values first: begin,
 * any values and open/close pairs, end.
 */
void xmlrpc_begin_response(struct strbuf *);
void xmlrpc_end_response(struct strbuf *);
void xmlrpc_open_array(struct strbuf *);
void xmlrpc_close_array(struct strbuf *);
void xmlrpc_open_struct(struct strbuf *);
void xmlrpc_close_struct(struct strbuf *);
void xmlrpc_write_int_member(struct strbuf *, const char *name, int64_t);
void xmlrpc_write_string_member(struct strbuf *, const char *name,
    const char *text);
void xmlrpc_write_bool(struct strbuf *, bool);
/* The struct of faultCode and faultString, as a value: for multicall. */
void xmlrpc_write_fault_value(struct strbuf *, int code, const char *text);

#endif
