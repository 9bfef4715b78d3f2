/* SPDX-License-Identifier: ISC */
#ifndef XMLRPC_SCALAR_H
#define XMLRPC_SCALAR_H

#include "base/strbuf.h"
#include "xmlrpc/value.h"

/*
 * The text of a scalar element to its value, as Supervisor reads it (contract
 * C2.1).  Each returns NULL with *cause for a text that it refuses; the caller
 * frees the value.
 */
struct value *scalar_string(const struct strbuf *, char **cause);
struct value *scalar_int(const struct strbuf *, char **cause);
/* True for exactly "1", false for all else. */
struct value *scalar_bool(const struct strbuf *, char **cause);
struct value *scalar_double(const struct strbuf *, char **cause);
struct value *scalar_datetime(const struct strbuf *, char **cause);
/* A string: the decoded bytes, which must be UTF-8. */
struct value *scalar_base64(const struct strbuf *, char **cause);
struct value *scalar_nil(const struct strbuf *, char **cause);

#endif
