/* SPDX-License-Identifier: ISC */
/*
 * Calls as the commands make them, and the words for their failures.  Scripts
 * look at the beginning of these lines, which is why they speak of Python
 * classes.
 */
#include <errno.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/repr.h"
#include "base/xmalloc.h"
#include "ctl/ask.h"
#include "ctl/ctl.h"
#include "ctl/interrupt.h"
#include "ctl/json.h"
#include "xmlrpc/fault.h"

#define API_VERSION	  "3.0"
#define HTTP_UNAUTHORIZED 401
#define PATIENCE_SECONDS  2

int
ctl_init(struct ctl *ctl, const char *url, char **cause)
{
	const char *term = getenv("TERM");
	struct server_url address;

	if (server_url_parse(url, &address, cause) == -1)
		return -1;
	*ctl = (struct ctl){ .exit_status = CTL_OK };
	transport_init(&ctl->transport, address);
	ctl->terminal =
	    isatty(STDOUT_FILENO) && term != NULL && strcmp(term, "dumb") != 0;
	ctl->colour = ctl->terminal && getenv("NO_COLOR") == NULL;
	return 0;
}

void
ctl_done(struct ctl *ctl)
{
	transport_done(&ctl->transport);
}

int
ctl_open(struct ctl *ctl, const char *url, char **cause)
{
	char *authorization = ctl->transport.authorization;
	struct server_url address;

	if (server_url_parse(url, &address, cause) == -1)
		return -1;
	ctl->transport.authorization = NULL;
	transport_done(&ctl->transport);
	transport_init(&ctl->transport, address);
	if (ctl->transport.authorization == NULL)
		ctl->transport.authorization = authorization;
	else
		free(authorization);
	return 0;
}

void
ctl_fail(struct ctl *ctl, int status, const char *fmt, ...)
{
	struct strbuf line = STRBUF_INIT;
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	if (ctl->json) {
		strbuf_addstr(&line, "{\"error\": ");
		json_write_string(&line, text, strlen(text));
		strbuf_addch(&line, '}');
	} else {
		strbuf_addstr(&line, text);
	}
	puts(line.data);
	strbuf_done(&line);
	free(text);
	ctl->exit_status = status;
}

/* The Python exceptions that errno values become. */
static const struct {
	int error;
	const char *class;
} exceptions[] = {
	{ ENOENT, "FileNotFoundError" },
	{ ECONNREFUSED, "ConnectionRefusedError" },
	{ EACCES, "PermissionError" },
	{ EPERM, "PermissionError" },
	{ ECONNRESET, "ConnectionResetError" },
	{ EPIPE, "BrokenPipeError" },
	{ ETIMEDOUT, "TimeoutError" },
};

static const char *
exception_class(int error)
{
	for (size_t i = 0; i < sizeof(exceptions) / sizeof(*exceptions); i++) {
		if (exceptions[i].error == error)
			return exceptions[i].class;
	}
	return "OSError";
}

static void
report_lost(struct ctl *ctl, const struct connection_error *error)
{
	const char *url = ctl->transport.url.text;

	switch (error->kind) {
	case CONNECTION_REFUSED:
		ctl_fail(ctl, CTL_ERROR, "%s refused connection", url);
		break;
	case CONNECTION_NO_FILE:
		ctl_fail(ctl, CTL_ERROR, "%s no such file", url);
		break;
	case CONNECTION_SYSTEM:
		if (error->error == EINTR && interrupt_came())
			break; /* whoever pressed Ctrl-C knows */
		ctl_fail(ctl, CTL_ERROR,
		    "error: <class '%s'>, [Errno %d] %s: %s",
		    exception_class(error->error), error->error,
		    strerror(error->error), url);
		break;
	case CONNECTION_RESOLVE:
		ctl_fail(ctl, CTL_ERROR,
		    "error: <class 'socket.gaierror'>, [Errno %d] %s: %s",
		    error->error, gai_strerror(error->error), url);
		break;
	case CONNECTION_CLOSED:
		ctl_fail(ctl, CTL_ERROR,
		    "error: <class 'http.client.RemoteDisconnected'>, "
		    "Remote end closed connection without response: %s",
		    url);
		break;
	case CONNECTION_NOT_HTTP:
		ctl_fail(ctl, CTL_ERROR,
		    "error: <class 'http.client.BadStatusLine'>, "
		    "the answer is not HTTP: %s",
		    url);
		break;
	case CONNECTION_TOO_LARGE:
		ctl_fail(ctl, CTL_ERROR,
		    "error: <class 'ValueError'>, the answer is too large: %s",
		    url);
		break;
	}
}

static void
report_fault(struct ctl *ctl, const struct reply *reply)
{
	char *text = repr(reply->text);

	ctl_fail(ctl, CTL_ERROR,
	    "error: <class 'xmlrpc.client.Fault'>, <Fault %d: %s>", reply->code,
	    text);
	free(text);
}

void
ctl_report(struct ctl *ctl, const struct reply *reply)
{
	switch (reply->kind) {
	case REPLY_VALUE:
		break;
	case REPLY_FAULT:
		report_fault(ctl, reply);
		break;
	case REPLY_HTTP:
		if (reply->code == HTTP_UNAUTHORIZED)
			ctl_fail(ctl, CTL_ERROR,
			    "Server requires authentication");
		else
			ctl_fail(ctl, CTL_ERROR,
			    "error: <class 'xmlrpc.client.ProtocolError'>, "
			    "<ProtocolError for 127.0.0.1/RPC2: %d %s>",
			    reply->code, reply->text);
		break;
	case REPLY_LOST:
		report_lost(ctl, &reply->error);
		break;
	case REPLY_GARBLED:
		ctl_fail(ctl, CTL_ERROR,
		    "error: <class 'xml.parsers.expat.ExpatError'>, %s",
		    reply->text);
		break;
	}
}

/* False if nobody wants to give any. */
static bool
ask_credentials(struct ctl *ctl)
{
	char *username, *password = NULL;

	puts("Server requires authentication");
	username = ask_line("Username:");
	if (username != NULL)
		password = ask_secret("Password:");
	if (password != NULL)
		transport_set_credentials(&ctl->transport, username, password);
	free(username);
	free(password);
	return password != NULL;
}

static void
on_waiting(int seconds, void *arg)
{
	struct ctl *ctl = arg;

	if (seconds < PATIENCE_SECONDS)
		return;
	printf("\r%s ... %d s", ctl->doing, seconds);
	fflush(stdout);
	ctl->progress_shown = true;
}

static void
call_showing_progress(struct ctl *ctl, const char *method,
    const struct value *params, struct reply *reply)
{
	struct connection *connection = &ctl->transport.connection;
	const char *doing = ctl->doing;

	if (doing == NULL)
		ctl->doing = method;
	connection->wait = on_waiting;
	connection->wait_arg = ctl;
	client_call(&ctl->transport, method, params, reply);
	connection->wait = NULL;
	ctl->doing = doing;
	if (ctl->progress_shown)
		fputs("\r\033[K", stdout);
	ctl->progress_shown = false;
}

void
ctl_try_call(struct ctl *ctl, const char *method, struct value *params,
    struct reply *reply)
{
	for (;;) {
		if (ctl->terminal)
			call_showing_progress(ctl, method, params, reply);
		else
			client_call(&ctl->transport, method, params, reply);
		if (reply->kind != REPLY_HTTP ||
		    reply->code != HTTP_UNAUTHORIZED || !ctl->may_ask ||
		    !ask_credentials(ctl))
			break;
		reply_done(reply);
	}
	value_free(params);
}

int
ctl_call(struct ctl *ctl, const char *method, struct value *params,
    struct reply *reply)
{
	ctl_try_call(ctl, method, params, reply);
	if (reply->kind == REPLY_VALUE || reply->kind == REPLY_FAULT)
		return 0;
	ctl_report(ctl, reply);
	reply_done(reply);
	return -1;
}

int
ctl_need_value(struct ctl *ctl, const char *method, struct value *params,
    struct reply *reply)
{
	ctl_try_call(ctl, method, params, reply);
	if (reply->kind == REPLY_VALUE)
		return 0;
	ctl_report(ctl, reply);
	reply_done(reply);
	return -1;
}

const char *
ctl_need_text(struct ctl *ctl, const struct reply *reply, size_t *len)
{
	const char *text = value_as_string(reply->value, len);

	if (text == NULL)
		ctl_fail(ctl, CTL_ERROR,
		    "error: <class 'TypeError'>, the answer is no text: %s",
		    ctl->transport.url.text);
	return text;
}

/* The exit status that says why there was no value. */
static int
down_reason(const struct reply *reply)
{
	if (reply->kind != REPLY_LOST)
		return CTL_OK;
	if (reply->error.kind == CONNECTION_REFUSED)
		return CTL_UNKNOWN;
	return reply->error.kind == CONNECTION_NO_FILE ? CTL_NOT_RUNNING
						       : CTL_OK;
}

static bool
speaks_our_version(struct ctl *ctl, const struct reply *reply, int down_status)
{
	const char *version = value_as_string(reply->value, NULL);

	if (version != NULL && strcmp(version, API_VERSION) == 0)
		return true;
	ctl_fail(ctl, down_status ? down_status : CTL_OTHER_API,
	    "The server at %s speaks version %s of the interface, "
	    "but this supervisorctl speaks version " API_VERSION,
	    ctl->transport.url.text, version == NULL ? "?" : version);
	return false;
}

bool
ctl_is_up(struct ctl *ctl, int down_status)
{
	struct reply reply;
	bool up = false;
	int reason;

	ctl_try_call(ctl, "getVersion", NULL, &reply);
	if (reply.kind == REPLY_VALUE) {
		up = speaks_our_version(ctl, &reply, down_status);
	} else if (reply_is_fault(&reply, FAULT_UNKNOWN_METHOD)) {
		ctl_fail(ctl, down_status ? down_status : CTL_STOPPED,
		    "The server at %s answers, but has no supervisor methods: "
		    "its configuration needs [rpcinterface:supervisor]",
		    ctl->transport.url.text);
	} else {
		ctl_report(ctl, &reply);
		reason = down_reason(&reply);
		if (reason != CTL_OK)
			ctl->exit_status = down_status ? down_status : reason;
	}
	reply_done(&reply);
	return up;
}
