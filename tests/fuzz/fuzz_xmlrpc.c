/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as a call and as an answer.  What was read is written, read again
 * and written again: both documents must be the same, or the writer makes
 * something that a client cannot parse.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "xmlrpc/reader.h"
#include "xmlrpc/writer.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
write_and_read(const struct value *value)
{
	struct strbuf first = STRBUF_INIT, second = STRBUF_INIT;
	struct xmlrpc_response response;
	char *cause = NULL;

	xmlrpc_write_response(&first, value);
	if (xmlrpc_read_response(first.data, first.len, &response, &cause) ==
	    0) {
		xmlrpc_write_response(&second, response.result);
		if (first.len != second.len ||
		    memcmp(first.data, second.data, first.len) != 0)
			abort();
		xmlrpc_response_done(&response);
	} else if (strstr(cause, "nested too deeply") == NULL &&
	    strstr(cause, "too many") == NULL) {
		abort();
	}
	free(cause);
	strbuf_done(&first);
	strbuf_done(&second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct xmlrpc_response response;
	struct xmlrpc_call call;
	char *cause = NULL;

	if (xmlrpc_read_call((const char *)data, size, &call, &cause) == 0) {
		write_and_read(call.params);
		xmlrpc_call_done(&call);
	}
	if (xmlrpc_read_response((const char *)data, size, &response, &cause) ==
	    0)
		xmlrpc_response_done(&response);
	free(cause);
	return 0;
}
