/* SPDX-License-Identifier: ISC */
/*
 * Looking at logs: tail and maintail.  The order in which bad arguments are
 * noticed is Supervisor's.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/parse.h"
#include "base/repr.h"
#include "base/xmalloc.h"
#include "ctl/cmd_log.h"
#include "ctl/follow.h"
#include "xmlrpc/fault.h"

#define DEFAULT_BYTES 1600

/* What the words of a tail ask for. */
struct request {
	bool follow;
	int bytes;
	const char *name;    /* NULL: the main log */
	const char *channel; /* lower case */
};

static const struct {
	int fault;
	const char *text;
	bool about_name; /* does not happen to the main log */
} log_texts[] = {
	{ FAULT_NO_FILE, "no log file", false },
	{ FAULT_FAILED, "unknown error reading log", false },
	{ FAULT_BAD_NAME, "no such process name", true },
};

static const char *
log_text(int fault, bool named)
{
	for (size_t i = 0; i < sizeof(log_texts) / sizeof(*log_texts); i++) {
		if (log_texts[i].fault == fault &&
		    (named || !log_texts[i].about_name))
			return log_texts[i].text;
	}
	return NULL;
}

static int
usage_error(struct ctl *ctl, const struct command *self, const char *text)
{
	ctl_fail(ctl, CTL_ERROR, "Error: %s", text);
	command_print_help(self);
	return -1;
}

/* "-f" or "-N" */
static int
take_modifier(struct ctl *ctl, struct request *request, const char *word)
{
	long long bytes;

	if (strcmp(word, "-f") == 0) {
		request->follow = true;
		return 0;
	}
	if (parse_int(word + 1, &bytes, NULL) == -1 || bytes > INT_MAX ||
	    bytes < -INT_MAX) {
		ctl_fail(ctl, CTL_ERROR, "Error: bad argument %s", word);
		return -1;
	}
	request->bytes = (int)bytes;
	return 0;
}

static int
take_channel(struct ctl *ctl, struct request *request, const char *word)
{
	static const char *const channels[] = { "stdout", "stderr" };
	char *lower, *quoted;

	for (size_t i = 0; i < sizeof(channels) / sizeof(*channels); i++) {
		if (strcasecmp(word, channels[i]) == 0) {
			request->channel = channels[i];
			return 0;
		}
	}
	lower = xstrdup(word);
	for (char *p = lower; *p != '\0'; p++) {
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	}
	quoted = repr(lower);
	ctl_fail(ctl, CTL_ERROR, "Error: bad channel %s", quoted);
	free(quoted);
	free(lower);
	return -1;
}

static int
parse_tail(struct ctl *ctl, const struct command *self,
    const struct strvec *words, struct request *request)
{
	const char *modifier = NULL;
	size_t first = 0;

	if (words->len == 0)
		return usage_error(ctl, self, "too few arguments");
	if (words->len > 3)
		return usage_error(ctl, self, "too many arguments");
	if (*words->items[0] == '-')
		modifier = words->items[first++];
	if (first == words->len) {
		ctl_fail(ctl, CTL_ERROR, "Error: tail requires process name");
		return -1;
	}
	request->name = words->items[first];
	if (first + 1 < words->len &&
	    take_channel(ctl, request, words->items[words->len - 1]) == -1)
		return -1;
	return modifier == NULL ? 0 : take_modifier(ctl, request, modifier);
}

static int
parse_maintail(struct ctl *ctl, const struct command *self,
    const struct strvec *words, struct request *request)
{
	if (words->len > 1)
		return usage_error(ctl, self, "too many arguments");
	if (words->len == 0)
		return 0;
	if (*words->items[0] != '-') {
		ctl_fail(ctl, CTL_ERROR, "Error: bad argument %s",
		    words->items[0]);
		return -1;
	}
	return take_modifier(ctl, request, words->items[0]);
}

static void
follow(struct ctl *ctl, const struct request *request)
{
	char *path = request->name == NULL
	    ? xstrdup("/mainlogtail")
	    : follow_path(request->name, request->channel);

	follow_log(ctl, path);
	free(path);
}

static void
report_log_fault(struct ctl *ctl, const struct request *request,
    const struct reply *reply)
{
	const char *text = log_text(reply->code, request->name != NULL);

	if (text == NULL)
		ctl_report(ctl, reply);
	else
		ctl_fail(ctl, CTL_ERROR, "%s: ERROR (%s)",
		    request->name == NULL ? "supervisord" : request->name,
		    text);
}

static int
call_read(struct ctl *ctl, const struct request *request, struct reply *reply)
{
	const char *method = "readLog";

	if (request->name == NULL)
		return ctl_call(ctl, method,
		    client_params("ii", -request->bytes, 0), reply);
	method = strcmp(request->channel, "stderr") == 0
	    ? "readProcessStderrLog"
	    : "readProcessStdoutLog";
	return ctl_call(ctl, method,
	    client_params("sii", request->name, -request->bytes, 0), reply);
}

static void
print_end(struct ctl *ctl, const struct request *request)
{
	struct reply reply;
	const char *text;
	size_t len;

	if (call_read(ctl, request, &reply) == -1)
		return;
	if (reply.kind == REPLY_FAULT) {
		report_log_fault(ctl, request, &reply);
	} else {
		text = ctl_need_text(ctl, &reply, &len);
		if (text != NULL) {
			fwrite(text, 1, len, stdout);
			putchar('\n');
		}
	}
	reply_done(&reply);
}

static void
run(struct ctl *ctl, const struct request *request)
{
	if (request->follow)
		follow(ctl, request);
	else
		print_end(ctl, request);
}

void
cmd_tail(struct ctl *ctl, const struct command *self,
    const struct strvec *words)
{
	struct request request = { .bytes = DEFAULT_BYTES,
		.channel = "stdout" };

	if (parse_tail(ctl, self, words, &request) == 0)
		run(ctl, &request);
}

void
cmd_maintail(struct ctl *ctl, const struct command *self,
    const struct strvec *words)
{
	struct request request = { .bytes = DEFAULT_BYTES };

	if (parse_maintail(ctl, self, words, &request) == 0)
		run(ctl, &request);
}
