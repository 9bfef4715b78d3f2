/* SPDX-License-Identifier: ISC */
/*
 * Between the configuration file and what is active: reread, add, remove and
 * avail.  update has a file of its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "ctl/cmd_config.h"
#include "ctl/format.h"
#include "ctl/json.h"
#include "ctl/reload_result.h"
#include "xmlrpc/fault.h"

static void
add_lines(struct strvec *lines, const struct strvec *names, const char *what)
{
	for (size_t i = 0; i < names->len; i++)
		strvec_pushf(lines, "%s: %s", names->items[i], what);
}

/* By the name in front of the colon. */
static int
compare_lines(const void *a, const void *b)
{
	const char *left = *(const char *const *)a;
	const char *right = *(const char *const *)b;
	size_t left_len = (size_t)(strrchr(left, ':') - left);
	size_t right_len = (size_t)(strrchr(right, ':') - right);
	int order =
	    memcmp(left, right, left_len < right_len ? left_len : right_len);

	if (order != 0)
		return order;
	return (left_len > right_len) - (left_len < right_len);
}

static void
print_differences(const struct reload_result *result)
{
	struct strvec lines = STRVEC_INIT;

	add_lines(&lines, &result->added, "available");
	add_lines(&lines, &result->changed, "changed");
	add_lines(&lines, &result->removed, "disappeared");
	if (lines.len == 0)
		puts("No config updates to processes");
	else
		qsort(lines.items, lines.len, sizeof(*lines.items),
		    compare_lines);
	for (size_t i = 0; i < lines.len; i++)
		puts(lines.items[i]);
	strvec_done(&lines);
}

void
cmd_reread(struct ctl *ctl, const struct command *self,
    const struct strvec *words)
{
	static const char *const names[] = { "available", "changed",
		"disappeared" };
	struct reload_result result;

	(void)self;
	(void)words;
	if (reload_result_get(ctl, "supervisor shutting down", &result) == -1)
		return;
	if (ctl->json)
		reload_result_print_json(&result, names);
	else
		print_differences(&result);
	reload_result_done(&result);
}

/* What add and remove say about faults. */
struct group_text {
	int fault;
	const char *text;
	bool with_name;
	bool harmless;
};

/* clang-format off */
static const struct group_text add_texts[] = {
	{ .fault = FAULT_SHUTDOWN_STATE, .text = "shutting down" },
	{ .fault = FAULT_ALREADY_ADDED,
	  .text = "process group already active", .harmless = true },
	{ .fault = FAULT_BAD_NAME, .text = "no such process/group: ",
	  .with_name = true },
	{ .text = NULL },
};

static const struct group_text remove_texts[] = {
	{ .fault = FAULT_STILL_RUNNING, .text = "process/group still running: ",
	  .with_name = true },
	{ .fault = FAULT_BAD_NAME, .text = "no such process/group: ",
	  .with_name = true },
	{ .text = NULL },
};
/* clang-format on */

/* -1 if the fault is none of these. */
static int
report_group_fault(struct ctl *ctl, const struct group_text *texts,
    const char *name, const struct reply *reply)
{
	for (; texts->text != NULL; texts++) {
		if (texts->fault == reply->code) {
			ctl_fail(ctl,
			    texts->harmless ? ctl->exit_status : CTL_ERROR,
			    "ERROR: %s%s", texts->text,
			    texts->with_name ? name : "");
			return 0;
		}
	}
	ctl_report(ctl, reply);
	return -1;
}

static void
for_each_group(struct ctl *ctl, const char *method,
    const struct group_text *texts, const char *done,
    const struct strvec *names)
{
	int result = 0;

	for (size_t i = 0; i < names->len && result == 0; i++) {
		const char *name = names->items[i];
		struct reply reply;

		if (ctl_call(ctl, method, client_params("s", name), &reply) ==
		    -1)
			return;
		if (reply.kind == REPLY_VALUE)
			printf("%s: %s\n", name, done);
		else
			result = report_group_fault(ctl, texts, name, &reply);
		reply_done(&reply);
	}
}

void
cmd_add(struct ctl *ctl, const struct command *self, const struct strvec *words)
{
	(void)self;
	for_each_group(ctl, "addProcessGroup", add_texts, "added process group",
	    words);
}

void
cmd_remove(struct ctl *ctl, const struct command *self,
    const struct strvec *words)
{
	(void)self;
	for_each_group(ctl, "removeProcessGroup", remove_texts,
	    "removed process group", words);
}

static void
print_configs(const struct ctl *ctl, const struct value *configs)
{
	struct strbuf out = STRBUF_INIT;

	if (ctl->json) {
		strbuf_addstr(&out, "{\"processes\": ");
		json_write_value(&out, configs);
		strbuf_addstr(&out, "}\n");
	} else {
		for (size_t i = 0; i < value_count(configs); i++)
			format_avail(&out, value_item(configs, i));
	}
	fwrite(out.data, 1, out.len, stdout);
	strbuf_done(&out);
}

void
cmd_avail(struct ctl *ctl, const struct command *self,
    const struct strvec *words)
{
	struct reply reply;

	(void)self;
	(void)words;
	if (ctl_call(ctl, "getAllConfigInfo", NULL, &reply) == -1)
		return;
	if (reply_is_fault(&reply, FAULT_SHUTDOWN_STATE))
		ctl_fail(ctl, CTL_ERROR, "ERROR: supervisor shutting down");
	else if (reply.kind == REPLY_FAULT)
		ctl_report(ctl, &reply);
	else
		print_configs(ctl, reply.value);
	reply_done(&reply);
}
