/* SPDX-License-Identifier: ISC */
#ifndef RPC_SCALAR_TEXT_H
#define RPC_SCALAR_TEXT_H

#include <stddef.h>

#include "xmlrpc/value.h"

/*
 * A scalar as the text that Supervisor makes of it ("True", "None", "5"), with
 * its length; the caller frees.  NULL for an array or struct.
 */
char *scalar_text(const struct value *, size_t *len);

#endif
