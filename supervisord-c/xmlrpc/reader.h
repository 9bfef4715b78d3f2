/* SPDX-License-Identifier: ISC */
#ifndef XMLRPC_READER_H
#define XMLRPC_READER_H

#include <stddef.h>

#include "xmlrpc/value.h"

/* Limits against hostile documents; a document beyond one is refused. */
#define XMLRPC_DEPTH_MAX       128
#define XMLRPC_VALUES_MAX      1000000
#define XMLRPC_CALL_VALUES_MAX 100000
#define XMLRPC_MEMBERS_MAX     1024 /* in one struct */

struct xmlrpc_call {
	char *method;	      /* not stripped; "" if the document had none */
	struct value *params; /* an array, maybe empty */
};

struct xmlrpc_response {
	struct value *result; /* NULL if it is a fault */
	int fault_code;
	char *fault_string;
};

/*
 * Reads a methodCall as Supervisor's server does: tolerant of element order,
 * root name and white space, strict about values and well-formedness; a DTD is
 * refused (contract C2.1).  -1 with *cause, *call untouched.
 */
int xmlrpc_read_call(const char *, size_t len, struct xmlrpc_call *call,
    char **cause);
void xmlrpc_call_done(struct xmlrpc_call *);
/* Reads a methodResponse.  -1 with *cause. */
int xmlrpc_read_response(const char *, size_t len, struct xmlrpc_response *,
    char **cause);
void xmlrpc_response_done(struct xmlrpc_response *);

#endif
