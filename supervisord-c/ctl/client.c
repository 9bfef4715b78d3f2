/* SPDX-License-Identifier: ISC */
/*
 * XML-RPC calls over the transport, and the shapes of the answers that several
 * commands read.
 */
#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "ctl/client.h"
#include "xmlrpc/fault.h"
#include "xmlrpc/reader.h"
#include "xmlrpc/writer.h"

struct value *
client_params(const char *types, ...)
{
	struct value *params = value_array();
	va_list ap;

	va_start(ap, types);
	for (; *types != '\0'; types++) {
		assert(*types == 's' || *types == 'i');
		if (*types == 's')
			value_push(params,
			    value_string(va_arg(ap, const char *)));
		else
			value_push(params, value_int(va_arg(ap, int)));
	}
	va_end(ap);
	return params;
}

static void
read_reply(const struct strbuf *body, struct reply *reply)
{
	struct xmlrpc_response response;

	if (xmlrpc_read_response(body->data, body->len, &response,
		&reply->text) == -1) {
		reply->kind = REPLY_GARBLED;
		return;
	}
	reply->kind = response.result != NULL ? REPLY_VALUE : REPLY_FAULT;
	reply->value = response.result;
	reply->code = response.fault_code;
	reply->text = response.fault_string;
}

static void
take_answer(struct http_answer *answer, struct reply *reply)
{
	if (answer->status == 200) {
		read_reply(&answer->body, reply);
	} else {
		reply->kind = REPLY_HTTP;
		reply->code = answer->status;
		reply->text = xstrdup(answer->reason);
	}
	http_answer_done(answer);
}

void
client_call(struct transport *transport, const char *method,
    const struct value *params, struct reply *reply)
{
	struct strbuf call = STRBUF_INIT;
	struct value *none = params == NULL ? value_array() : NULL;
	char *name = xasprintf("%s%s",
	    strchr(method, '.') == NULL ? "supervisor." : "", method);
	struct http_answer answer;

	*reply = (struct reply){ .kind = REPLY_LOST };
	xmlrpc_write_call(&call, name, params == NULL ? none : params);
	if (transport_post(transport, &call, &answer, &reply->error) == 0)
		take_answer(&answer, reply);
	free(name);
	value_free(none);
	strbuf_done(&call);
}

void
reply_done(struct reply *reply)
{
	value_free(reply->value);
	free(reply->text);
	*reply = (struct reply){ .kind = REPLY_LOST };
}

bool
reply_is_fault(const struct reply *reply, int code)
{
	return reply->kind == REPLY_FAULT && reply->code == code;
}

const char *
value_text(const struct value *structure, const char *member)
{
	const struct value *value = value_member(structure, member);
	const char *text = value == NULL ? NULL : value_as_string(value, NULL);

	return text == NULL ? "" : text;
}

static int
value_number(const struct value *structure, const char *member)
{
	const struct value *value = value_member(structure, member);

	return value == NULL ? 0 : (int)value_as_int(value);
}

void
process_info_read(const struct value *value, struct process_info *info)
{
	*info = (struct process_info){
		.value = value,
		.name = value_text(value, "name"),
		.group = value_text(value, "group"),
		.statename = value_text(value, "statename"),
		.description = value_text(value, "description"),
		.state = value_number(value, "state"),
		.pid = value_number(value, "pid"),
	};
}

void
process_result_read(const struct value *value, struct process_result *result)
{
	*result = (struct process_result){
		.name = value_text(value, "name"),
		.group = value_text(value, "group"),
		.status = value_number(value, "status"),
		.description = value_text(value, "description"),
	};
}
