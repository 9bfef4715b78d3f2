/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "base/xmalloc.h"
#include "http/url.h"
#include "logs/log_read.h"
#include "web/html.h"
#include "web/page.h"

#define LIMIT_MIN 1024

/* What the page is about; the texts are owned. */
struct view {
	char *name;    /* NULL: the parameter is missing */
	char *channel; /* NULL or "stderr" */
	long long limit;
};

static long long
limit_of(const struct http_request *request)
{
	char *text = http_request_param(request, "limit");
	long long limit;

	if (text == NULL || parse_int(text, &limit, NULL) == -1 ||
	    limit < LIMIT_MIN)
		limit = LIMIT_MIN;
	free(text);
	return limit > LOG_READ_MAX ? LOG_READ_MAX : limit;
}

static bool
is_stderr(const struct view *view)
{
	return view->channel != NULL && strcmp(view->channel, "stderr") == 0;
}

/* The path of the log; NULL if there is no such process. */
static const char *
path_of(struct supervisor *supervisor, const struct view *view)
{
	struct process_facts facts;
	struct process *process = NULL;
	struct group *group;

	if (supervisor_find(supervisor, view->name, &group, &process) == -1 ||
	    process == NULL)
		return NULL;
	process_get_facts(process, &facts);
	return is_stderr(view) ? facts.stderr_logfile : facts.stdout_logfile;
}

static void
write_log(struct strbuf *out, struct supervisor *supervisor,
    const struct view *view)
{
	const char *path;
	char *data;
	size_t len;

	if (view->name == NULL) {
		strbuf_addstr(out, "No process name found");
		return;
	}
	path = path_of(supervisor, view);
	if (path == NULL) {
		strbuf_addstr(out,
		    "ERROR: unexpected rpc fault [10] BAD_NAME: ");
		html_text(out, view->name);
		return;
	}
	switch (path[0] == '\0'
		? LOG_READ_NO_FILE
		: log_read(path, -view->limit, 0, &data, &len)) {
	case LOG_READ_OK:
		html_text_len(out, data, len);
		free(data);
		break;
	case LOG_READ_NO_FILE:
		strbuf_addstr(out, "No file for ");
		html_text(out, view->name);
		break;
	case LOG_READ_BAD_ARGUMENTS:
	case LOG_READ_FAILED:
		strbuf_addstr(out, "ERROR: unexpected rpc fault [30] FAILED");
		break;
	}
}

static void
write_links(struct strbuf *out, const struct view *view)
{
	struct strbuf name = STRBUF_INIT;

	url_encode(&name, view->name == NULL ? "" : view->name);
	strbuf_addf(out,
	    "<div id=\"tools\">\n<a id=\"refresh\" "
	    "href=\"tail.html?processname=%s&amp;limit=%lld%s\">Refresh</a>\n"
	    "<a href=\"tail.html?processname=%s\"%s>Stdout</a>\n"
	    "<a href=\"tail.html?processname=%s&amp;channel=stderr\"%s>"
	    "Stderr</a>\n"
	    "<a href=\"index.html\">Status</a>\n</div>\n",
	    name.data, view->limit,
	    is_stderr(view) ? "&amp;channel=stderr" : "", name.data,
	    is_stderr(view) ? "" : " class=\"current\"", name.data,
	    is_stderr(view) ? " class=\"current\"" : "");
	strbuf_done(&name);
}

/* Where the script finds the rest of the log. */
static void
write_pre(struct strbuf *out, struct supervisor *supervisor,
    const struct view *view)
{
	struct strbuf name = STRBUF_INIT;

	url_encode(&name, view->name == NULL ? "" : view->name);
	strbuf_addstr(out, "<pre id=\"log\"");
	if (view->name != NULL)
		strbuf_addf(out, " data-stream=\"logtail/%s%s\"", name.data,
		    is_stderr(view) ? "/stderr" : "");
	strbuf_addch(out, '>');
	write_log(out, supervisor, view);
	strbuf_addstr(out, "</pre>\n");
	strbuf_done(&name);
}

void
page_tail(struct http_request *request, struct supervisor *supervisor)
{
	struct view view = {
		.name = http_request_param(request, "processname"),
		.channel = http_request_param(request, "channel"),
		.limit = limit_of(request),
	};
	struct strbuf page = STRBUF_INIT;
	char *title = xasprintf("Supervisor tail of process %s",
	    view.name == NULL ? "None" : view.name);

	html_begin(&page, title,
	    "<script src=\"scripts/tail.js\" defer=\"defer\"></script>\n");
	strbuf_addstr(&page, "<div id=\"wrapper\" class=\"tail\">\n<h1>");
	html_text(&page, view.name == NULL ? "None" : view.name);
	strbuf_addstr(&page, "</h1>\n");
	write_links(&page, &view);
	write_pre(&page, supervisor, &view);
	strbuf_addstr(&page, "</div>\n");
	html_end(&page);
	html_reply(request, &page);
	free(title);
	free(view.name);
	free(view.channel);
}
