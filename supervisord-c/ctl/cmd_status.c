/* SPDX-License-Identifier: ISC */
/*
 * What runs: status and pid.  Status is one question, however many names it is
 * given; pid asks for each of them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/cmd_status.h"
#include "ctl/format.h"
#include "ctl/json.h"
#include "ctl/namespec.h"
#include "ctl/status_list.h"
#include "xmlrpc/fault.h"

void
cmd_status(struct ctl *ctl, const struct command *self,
    const struct strvec *words)
{
	struct status_list list = STATUS_LIST_INIT;
	struct reply reply;

	(void)self;
	if (status_list_ask(ctl, &reply) == -1)
		return;
	if (words->len == 0 || strvec_find(words, "all") != -1) {
		status_list_add_all(&list, reply.value);
	} else {
		for (size_t i = 0; i < words->len; i++)
			status_list_add_named(&list, reply.value,
			    words->items[i]);
	}
	status_list_print(ctl, &list);
	status_list_done(&list);
	reply_done(&reply);
}

static void
print_json_pid(const char *name, int64_t pid)
{
	struct strbuf out = STRBUF_INIT;

	strbuf_addch(&out, '{');
	if (name != NULL) {
		strbuf_addstr(&out, "\"name\": ");
		json_write_string(&out, name, strlen(name));
		strbuf_addstr(&out, ", ");
	}
	strbuf_addf(&out, "\"pid\": %" PRId64 "}", pid);
	puts(out.data);
	strbuf_done(&out);
}

/* The name is NULL for the daemon itself. */
static void
print_pid(const struct ctl *ctl, const char *name, int64_t pid)
{
	if (ctl->json)
		print_json_pid(name, pid);
	else
		printf("%" PRId64 "\n", pid);
}

static void
pid_of_daemon(struct ctl *ctl)
{
	struct reply reply;

	if (ctl_need_value(ctl, "getPID", NULL, &reply) == -1)
		return;
	print_pid(ctl, NULL, value_as_int(reply.value));
	reply_done(&reply);
}

static void
pid_of_all(struct ctl *ctl)
{
	struct reply reply;

	if (ctl_need_value(ctl, "getAllProcessInfo", NULL, &reply) == -1)
		return;
	for (size_t i = 0; i < value_count(reply.value); i++) {
		struct process_info info;
		char *name;

		process_info_read(value_item(reply.value, i), &info);
		name = namespec_join(info.group, info.name);
		print_pid(ctl, name, info.pid);
		free(name);
	}
	reply_done(&reply);
}

static int
pid_of_process(struct ctl *ctl, const char *name)
{
	struct process_info info;
	struct reply reply;
	int result = 0;

	if (ctl_call(ctl, "getProcessInfo", client_params("s", name), &reply) ==
	    -1)
		return -1;
	if (reply.kind == REPLY_VALUE) {
		process_info_read(reply.value, &info);
		print_pid(ctl, name, info.pid);
		if (info.pid == 0)
			ctl->exit_status = CTL_NOT_RUNNING;
	} else if (reply.code == FAULT_BAD_NAME) {
		ctl_fail(ctl, CTL_ERROR, "No such process %s", name);
	} else {
		ctl_report(ctl, &reply);
		result = -1;
	}
	reply_done(&reply);
	return result;
}

void
cmd_pid(struct ctl *ctl, const struct command *self, const struct strvec *words)
{
	(void)self;
	if (words->len == 0) {
		pid_of_daemon(ctl);
	} else if (strvec_find(words, "all") != -1) {
		pid_of_all(ctl);
	} else {
		for (size_t i = 0; i < words->len; i++) {
			if (pid_of_process(ctl, words->items[i]) == -1)
				return;
		}
	}
}
