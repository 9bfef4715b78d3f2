/* SPDX-License-Identifier: ISC */
/*
 * A report may have to be fetched by the plugin, so its answer may come when
 * the browser has gone; the list of verdicts is there at once.
 */
#include <stdlib.h>
#include <sys/queue.h>

#include "base/xmalloc.h"
#include "http/url.h"
#include "web/html.h"
#include "web/verdicts.h"
#include "xmlrpc/reader.h"

/* A browser that waits for a report. */
struct reader {
	struct http_request *request;
	struct rpc_call *call;
	LIST_ENTRY(reader) next;
};

struct verdicts {
	struct rpc *rpc;
	LIST_HEAD(, reader) readers;
};

struct verdicts *
verdicts_create(struct rpc *rpc)
{
	struct verdicts *verdicts = xcalloc(1, sizeof(*verdicts));

	verdicts->rpc = rpc;
	LIST_INIT(&verdicts->readers);
	return verdicts;
}

static void
reader_free(struct reader *reader)
{
	LIST_REMOVE(reader, next);
	free(reader);
}

void
verdicts_free(struct verdicts *verdicts)
{
	struct reader *reader;

	if (verdicts == NULL)
		return;
	while ((reader = LIST_FIRST(&verdicts->readers)) != NULL) {
		http_request_on_gone(reader->request, NULL, NULL);
		rpc_abandon(reader->call);
		reader_free(reader);
	}
	free(verdicts);
}

static const char *
text_of(const struct value *row, const char *name)
{
	const char *text = value_as_string(value_member(row, name), NULL);

	return text == NULL ? "" : text;
}

static void
write_verdict(struct strbuf *out, const struct value *row)
{
	struct strbuf encoded = STRBUF_INIT;

	url_encode(&encoded, text_of(row, "name"));
	strbuf_addstr(out, "<li><strong>");
	html_text(out, text_of(row, "name"));
	strbuf_addstr(out, "</strong> <span class=\"verdict verdict-");
	html_text(out, text_of(row, "verdict"));
	strbuf_addstr(out, "\">");
	html_text(out, text_of(row, "verdict"));
	strbuf_addstr(out, "</span> <span class=\"why\">");
	html_text(out, text_of(row, "sentence"));
	strbuf_addf(out,
	    "</span> <a class=\"act\" "
	    "href=\"index.html?program=%s&amp;action=check\">Check</a>"
	    " <a href=\"preflight.json?program=%s\" target=\"_blank\">"
	    "Report</a></li>",
	    encoded.data, encoded.data);
	strbuf_done(&encoded);
}

static void
on_reports(struct strbuf *document, void *arg)
{
	struct strbuf *out = arg;
	struct xmlrpc_response response;

	if (xmlrpc_read_response(document->data, document->len, &response,
		NULL) == -1)
		return;
	if (response.result != NULL) {
		strbuf_addstr(out, "<ul id=\"preflight\">");
		for (size_t i = 0; i < value_count(response.result); i++)
			write_verdict(out, value_item(response.result, i));
		strbuf_addstr(out, "</ul>");
	}
	xmlrpc_response_done(&response);
}

void
verdicts_write(struct strbuf *out, const struct verdicts *verdicts)
{
	struct value *params = value_array();
	const struct rpc_execution execution = {
		.rpc = verdicts->rpc,
		.method = "preflight.reports",
		.params = params,
		.done = on_reports,
		.arg = out,
	};
	struct rpc_call *late = rpc_execute(&execution);

	/* The page does not wait. */
	if (late != NULL)
		rpc_abandon(late);
	value_free(params);
}

static void
reply(struct http_request *request, const char *report, size_t len)
{
	html_no_cache(request);
	if (len == 0)
		http_reply_error(request, 404);
	else
		http_reply(request, 200, "application/json", report, len);
}

static void
on_report(struct strbuf *document, void *arg)
{
	struct reader *reader = arg;
	struct xmlrpc_response response = { .result = NULL };
	const char *report = NULL;
	size_t len = 0;

	http_request_on_gone(reader->request, NULL, NULL);
	xmlrpc_read_response(document->data, document->len, &response, NULL);
	if (response.result != NULL)
		report = value_as_string(response.result, &len);
	reply(reader->request, report, len);
	xmlrpc_response_done(&response);
	reader_free(reader);
}

static void
on_browser_gone(struct http_request *request, void *arg)
{
	struct reader *reader = arg;

	(void)request;
	rpc_abandon(reader->call);
	reader_free(reader);
}

/* The answer may come within this call. */
static void
ask_for_report(struct verdicts *verdicts, struct http_request *request,
    const char *program)
{
	struct reader *reader = xcalloc(1, sizeof(*reader));
	struct value *params = value_array();
	const struct rpc_execution execution = {
		.rpc = verdicts->rpc,
		.method = "preflight.report",
		.params = params,
		.done = on_report,
		.arg = reader,
	};
	struct rpc_call *call;

	reader->request = request;
	LIST_INSERT_HEAD(&verdicts->readers, reader, next);
	value_push(params, value_string(program));
	call = rpc_execute(&execution);
	value_free(params);
	if (call == NULL)
		return;
	reader->call = call;
	http_request_on_gone(request, on_browser_gone, reader);
}

void
verdicts_serve_report(struct http_request *request, struct verdicts *verdicts)
{
	char *program = http_request_param(request, "program");

	if (program == NULL)
		http_reply_error(request, 404);
	else
		ask_for_report(verdicts, request, program);
	free(program);
}
