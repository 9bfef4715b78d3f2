/* SPDX-License-Identifier: ISC */
/*
 * The daemon itself, and which one is talked to.
 */
#include <stdio.h>
#include <stdlib.h>

#include "ctl/ask.h"
#include "ctl/cmd_daemon.h"
#include "ctl/json.h"
#include "xmlrpc/fault.h"

static void
print_version(const struct ctl *ctl, const char *version, size_t len)
{
	struct strbuf out = STRBUF_INIT;

	if (ctl->json) {
		strbuf_addstr(&out, "{\"version\": ");
		json_write_string(&out, version, len);
		strbuf_addch(&out, '}');
	} else {
		strbuf_add(&out, version, len);
	}
	strbuf_addch(&out, '\n');
	fwrite(out.data, 1, out.len, stdout);
	strbuf_done(&out);
}

void
cmd_version(struct ctl *ctl, const struct command *self,
    const struct strvec *words)
{
	struct reply reply;
	const char *version;
	size_t len;

	(void)self;
	(void)words;
	if (ctl_need_value(ctl, "getSupervisorVersion", NULL, &reply) == -1)
		return;
	version = ctl_need_text(ctl, &reply, &len);
	if (version != NULL)
		print_version(ctl, version, len);
	reply_done(&reply);
}

static bool
is_confirmed(const struct ctl *ctl, const char *question)
{
	return !ctl->may_ask || ask_yes(question);
}

static void
report_gone(struct ctl *ctl, const struct reply *reply)
{
	const char *url = ctl->transport.url.text;

	if (reply->kind == REPLY_LOST &&
	    reply->error.kind == CONNECTION_REFUSED)
		ctl_fail(ctl, CTL_ERROR,
		    "ERROR: %s refused connection (already shut down?)", url);
	else if (reply->kind == REPLY_LOST &&
	    reply->error.kind == CONNECTION_NO_FILE)
		ctl_fail(ctl, CTL_ERROR,
		    "ERROR: %s no such file (already shut down?)", url);
	else
		ctl_report(ctl, reply);
}

void
cmd_shutdown(struct ctl *ctl, const struct command *self,
    const struct strvec *words)
{
	struct reply reply;

	(void)self;
	(void)words;
	if (!is_confirmed(ctl,
		"Really shut the remote supervisord process down y/N? "))
		return;
	ctl_try_call(ctl, "shutdown", NULL, &reply);
	if (reply.kind == REPLY_VALUE)
		puts("Shut down");
	else if (reply_is_fault(&reply, FAULT_SHUTDOWN_STATE))
		puts("ERROR: already shutting down");
	else
		report_gone(ctl, &reply);
	reply_done(&reply);
}

void
cmd_reload(struct ctl *ctl, const struct command *self,
    const struct strvec *words)
{
	struct reply reply;

	(void)self;
	(void)words;
	if (!is_confirmed(ctl,
		"Really restart the remote supervisord process y/N? ") ||
	    ctl_call(ctl, "restart", NULL, &reply) == -1)
		return;
	if (reply.kind == REPLY_VALUE)
		puts("Restarted supervisord");
	else if (reply.code == FAULT_SHUTDOWN_STATE)
		ctl_fail(ctl, CTL_ERROR, "ERROR: already shutting down");
	else
		ctl_report(ctl, &reply);
	reply_done(&reply);
}

/* Whatever the new server's state is, opening it has succeeded. */
static void
show_status(struct ctl *ctl)
{
	int exit_status = ctl->exit_status;

	command_run(ctl, "status");
	ctl->exit_status = exit_status;
}

void
cmd_open(struct ctl *ctl, const struct command *self,
    const struct strvec *words)
{
	char *cause = NULL;

	(void)self;
	if (words->len == 0 || !server_url_is_known(words->items[0])) {
		ctl_fail(ctl, CTL_ERROR,
		    "ERROR: url must be http:// or unix://");
	} else if (ctl_open(ctl, words->items[0], &cause) == -1) {
		ctl_fail(ctl, CTL_ERROR, "ERROR: %s", cause);
	} else {
		show_status(ctl);
	}
	free(cause);
}

void
cmd_quit(struct ctl *ctl, const struct command *self,
    const struct strvec *words)
{
	(void)self;
	(void)words;
	putchar('\n');
	ctl->quit = true;
}
