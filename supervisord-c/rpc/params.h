/* SPDX-License-Identifier: ISC */
#ifndef RPC_PARAMS_H
#define RPC_PARAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "xmlrpc/value.h"

/*
 * Parameters with the coercions that clients count on (contract C2.3): many
 * send numbers as strings.  Each returns -1 for a type that will not do, which
 * is fault INCORRECT_PARAMETERS.
 */

/* Text, borrowed.  Only a string will do. */
int param_string(const struct value *params, size_t index, const char **);
/* int, boolean, double (cut towards zero) or a decimal string. */
int param_int(const struct value *params, size_t index, int64_t *);
/* As Python judges truth: empty, zero and nil are false, the strings "0" and
 * "false" are true.  A missing one is true. */
bool param_wait(const struct value *params, size_t index);

#endif
