/* SPDX-License-Identifier: ISC */
/*
 * Verbs on processes.  The lines are parsed by provisioning tools: "NAME: WORD"
 * or "NAME: ERROR (TEXT)", nothing else.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "ctl/control.h"
#include "ctl/namespec.h"
#include "xmlrpc/fault.h"

static const struct control_text start_texts[] = {
	{ FAULT_BAD_NAME, "no such process" },
	{ FAULT_NO_FILE, "no such file" },
	{ FAULT_NOT_EXECUTABLE, "file is not executable" },
	{ FAULT_ALREADY_STARTED, "already started" },
	{ FAULT_SPAWN_ERROR, "spawn error" },
	{ FAULT_ABNORMAL_TERMINATION, "abnormal termination" },
	{ 0, NULL },
};

static const struct control_text signal_texts[] = {
	{ FAULT_BAD_NAME, "no such process" },
	{ FAULT_BAD_SIGNAL, "bad signal name" },
	{ FAULT_NOT_RUNNING, "not running" },
	{ FAULT_FAILED, "" },
	{ 0, NULL },
};

static const struct control_text clear_texts[] = {
	{ FAULT_BAD_NAME, "no such process" },
	{ FAULT_FAILED, "failed" },
	{ 0, NULL },
};

const struct control_verb control_start = {
	.name = "start",
	.process_method = "startProcess",
	.group_method = "startProcessGroup",
	.all_method = "startAllProcesses",
	.done = "started",
	.texts = start_texts,
	.ignored_fault = FAULT_ALREADY_STARTED,
	.no_group_status = CTL_USAGE,
};

const struct control_verb control_stop = {
	.name = "stop",
	.process_method = "stopProcess",
	.group_method = "stopProcessGroup",
	.all_method = "stopAllProcesses",
	.done = "stopped",
	.texts = signal_texts,
	.ignored_fault = FAULT_NOT_RUNNING,
	.no_group_status = CTL_ERROR,
};

const struct control_verb control_signal = {
	.name = "signal",
	.process_method = "signalProcess",
	.group_method = "signalProcessGroup",
	.all_method = "signalAllProcesses",
	.done = "signalled",
	.texts = signal_texts,
	.no_group_status = CTL_ERROR,
};

/* The server has no method for the logs of a group. */
const struct control_verb control_clear = {
	.name = "clear",
	.process_method = "clearProcessLogs",
	.all_method = "clearAllProcessLogs",
	.done = "cleared",
	.texts = clear_texts,
	.no_group_status = CTL_ERROR,
};

static int
exit_status_of(int fault)
{
	switch (fault) {
	case FAULT_ABNORMAL_TERMINATION:
	case FAULT_SPAWN_ERROR:
	case FAULT_NOT_RUNNING:
		return CTL_NOT_RUNNING;
	default:
		return CTL_ERROR;
	}
}

static const char *
text_of(const struct control_verb *verb, int fault)
{
	for (const struct control_text *t = verb->texts; t->text != NULL; t++) {
		if (t->fault == fault)
			return t->text;
	}
	return NULL;
}

/*
 * The line about one process.  An empty text in the table stands for the words
 * of the server.  -1 for a fault that the verb does not know.
 */
static int
print_result(struct ctl *ctl, const struct control_verb *verb,
    const struct process_result *result)
{
	const char *text = text_of(verb, result->status);
	char *name = namespec_join(result->group, result->name);
	int outcome = 0;

	if (result->status == FAULT_SUCCESS) {
		printf("%s: %s\n", name, verb->done);
	} else if (text == NULL) {
		ctl_fail(ctl, CTL_ERROR,
		    "error: <class 'ValueError'>, "
		    "Unknown result code %d for %s",
		    result->status, name);
		outcome = -1;
	} else {
		if (*text == '\0')
			printf("%s\n", result->description);
		else
			printf("%s: ERROR (%s)\n", name, text);
		if (result->status != verb->ignored_fault)
			ctl->exit_status = exit_status_of(result->status);
	}
	free(name);
	return outcome;
}

static int
print_results(struct ctl *ctl, const struct control_verb *verb,
    const struct value *results)
{
	struct process_result result;

	for (size_t i = 0; i < value_count(results); i++) {
		process_result_read(value_item(results, i), &result);
		if (print_result(ctl, verb, &result) == -1)
			return -1;
	}
	return 0;
}

/* The arguments of a method about something named; NULL for everything. */
static struct value *
params_for(const char *name, const char *signal)
{
	if (name == NULL)
		return signal == NULL ? NULL : client_params("s", signal);
	return signal == NULL ? client_params("s", name)
			      : client_params("ss", name, signal);
}

static int
run_all(struct ctl *ctl, const struct control_verb *verb, const char *signal)
{
	struct reply reply;
	int result;

	if (ctl_need_value(ctl, verb->all_method, params_for(NULL, signal),
		&reply) == -1)
		return -1;
	result = print_results(ctl, verb, reply.value);
	reply_done(&reply);
	return result;
}

static int
no_such_group(struct ctl *ctl, const struct control_verb *verb,
    const char *group)
{
	ctl_fail(ctl, verb->no_group_status, "%s: ERROR (no such group)",
	    group);
	return 0;
}

/* The name goes to the server as it was typed. */
static int
run_process(struct ctl *ctl, const struct control_verb *verb,
    const char *signal, const char *name)
{
	struct process_result result = { .status = FAULT_SUCCESS };
	struct namespec spec;
	struct reply reply;
	int outcome;

	if (ctl_call(ctl, verb->process_method, params_for(name, signal),
		&reply) == -1)
		return -1;
	namespec_split(name, &spec);
	result.group = spec.group;
	result.name = spec.process;
	if (reply.kind == REPLY_FAULT) {
		result.status = reply.code;
		result.description = reply.text;
	}
	outcome = print_result(ctl, verb, &result);
	namespec_done(&spec);
	reply_done(&reply);
	return outcome;
}

static int
run_group(struct ctl *ctl, const struct control_verb *verb, const char *signal,
    const char *group)
{
	struct reply reply;
	int result = 0;

	if (ctl_call(ctl, verb->group_method, params_for(group, signal),
		&reply) == -1)
		return -1;
	if (reply.kind == REPLY_VALUE) {
		result = print_results(ctl, verb, reply.value);
	} else if (reply.code == FAULT_BAD_NAME) {
		result = no_such_group(ctl, verb, group);
	} else {
		ctl_report(ctl, &reply);
		result = -1;
	}
	reply_done(&reply);
	return result;
}

/* For a verb without a method for groups. */
static int
run_members(struct ctl *ctl, const struct control_verb *verb,
    const char *signal, const char *group)
{
	struct reply reply;
	bool found = false;
	int result = 0;

	if (ctl_need_value(ctl, "getAllProcessInfo", NULL, &reply) == -1)
		return -1;
	for (size_t i = 0; i < value_count(reply.value) && result == 0; i++) {
		struct process_info info;
		char *name;

		process_info_read(value_item(reply.value, i), &info);
		if (strcmp(info.group, group) != 0)
			continue;
		name = namespec_join(info.group, info.name);
		result = run_process(ctl, verb, signal, name);
		free(name);
		found = true;
	}
	if (!found)
		result = no_such_group(ctl, verb, group);
	reply_done(&reply);
	return result;
}

static int
run_name(struct ctl *ctl, const struct control_verb *verb, const char *signal,
    const char *name)
{
	struct namespec spec;
	int result;

	namespec_split(name, &spec);
	if (spec.process != NULL)
		result = run_process(ctl, verb, signal, name);
	else if (verb->group_method != NULL)
		result = run_group(ctl, verb, signal, spec.group);
	else
		result = run_members(ctl, verb, signal, spec.group);
	namespec_done(&spec);
	return result;
}

int
control_run(struct ctl *ctl, const struct control_verb *verb,
    const char *signal, const struct strvec *names)
{
	int result = 0;

	if (strvec_find(names, "all") != -1) {
		ctl->doing = verb->name;
		result = run_all(ctl, verb, signal);
	} else {
		for (size_t i = 0; i < names->len && result == 0; i++) {
			char *doing =
			    xasprintf("%s %s", verb->name, names->items[i]);

			ctl->doing = doing;
			result = run_name(ctl, verb, signal, names->items[i]);
			ctl->doing = NULL;
			free(doing);
		}
	}
	ctl->doing = NULL;
	return result;
}
