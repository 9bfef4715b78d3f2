/* SPDX-License-Identifier: ISC */
/*
 * The answer of reloadConfig (contract C3.6): an array with one array of three.
 */
#include <stdio.h>
#include <string.h>

#include "ctl/json.h"
#include "ctl/reload_result.h"
#include "xmlrpc/fault.h"

static void
take_names(const struct value *triple, size_t index, struct strvec *names)
{
	const struct value *list =
	    triple == NULL ? NULL : value_item(triple, index);

	for (size_t i = 0; list != NULL && i < value_count(list); i++) {
		const char *name = value_as_string(value_item(list, i), NULL);

		if (name != NULL)
			strvec_push(names, name);
	}
}

static void
report_fault(struct ctl *ctl, const char *shutting_down,
    const struct reply *reply)
{
	if (reply->code == FAULT_SHUTDOWN_STATE)
		ctl_fail(ctl, CTL_ERROR, "ERROR: %s", shutting_down);
	else if (reply->code == FAULT_CANT_REREAD)
		ctl_fail(ctl, CTL_ERROR, "ERROR: %s", reply->text);
	else
		ctl_report(ctl, reply);
}

int
reload_result_get(struct ctl *ctl, const char *shutting_down,
    struct reload_result *result)
{
	const struct value *triple;
	struct reply reply;

	if (ctl_call(ctl, "reloadConfig", NULL, &reply) == -1)
		return -1;
	if (reply.kind == REPLY_FAULT) {
		report_fault(ctl, shutting_down, &reply);
		reply_done(&reply);
		return -1;
	}
	*result = (struct reload_result){ .added = STRVEC_INIT };
	triple = value_item(reply.value, 0);
	take_names(triple, 0, &result->added);
	take_names(triple, 1, &result->changed);
	take_names(triple, 2, &result->removed);
	reply_done(&reply);
	return 0;
}

void
reload_result_done(struct reload_result *result)
{
	strvec_done(&result->added);
	strvec_done(&result->changed);
	strvec_done(&result->removed);
}

void
reload_result_print_json(const struct reload_result *result,
    const char *const names[3])
{
	const struct strvec *lists[] = { &result->added, &result->changed,
		&result->removed };
	struct strbuf out = STRBUF_INIT;

	for (size_t i = 0; i < 3; i++) {
		strbuf_addf(&out, "%s\"%s\": [", i == 0 ? "{" : ", ", names[i]);
		for (size_t j = 0; j < lists[i]->len; j++) {
			strbuf_addstr(&out, j == 0 ? "" : ", ");
			json_write_string(&out, lists[i]->items[j],
			    strlen(lists[i]->items[j]));
		}
		strbuf_addch(&out, ']');
	}
	strbuf_addch(&out, '}');
	puts(out.data);
	strbuf_done(&out);
}
