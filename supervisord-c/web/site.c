/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/xmalloc.h"
#include "web/action.h"
#include "web/assets.h"
#include "web/live.h"
#include "web/page.h"
#include "web/site.h"
#include "web/verdicts.h"

struct site {
	struct supervisor *supervisor;
	struct actions *actions;
	struct live *live;
	struct verdicts *verdicts;
};

struct site *
site_create(struct supervisor *supervisor, struct rpc *rpc)
{
	struct site *site = xcalloc(1, sizeof(*site));

	site->supervisor = supervisor;
	site->actions = actions_create(supervisor, rpc);
	site->verdicts = verdicts_create(rpc);
	site->live = live_create(supervisor, site->verdicts);
	return site;
}

void
site_free(struct site *site)
{
	if (site == NULL)
		return;
	live_free(site->live);
	verdicts_free(site->verdicts);
	actions_free(site->actions);
	free(site);
}

/* A client that forgot /RPC2 shall not take the page for an answer. */
static bool
is_lost_call(const struct http_request *request)
{
	const char *type = http_request_header(request, "Content-Type");

	return http_request_method(request) == HTTP_POST && type != NULL &&
	    strncasecmp(type, "text/xml", 8) == 0;
}

/* A HEAD changes nothing, whatever it names. */
static void
serve_index(struct site *site, struct http_request *request)
{
	char *action = http_request_param(request, "action");

	if (is_lost_call(request))
		http_reply_error(request, 404);
	else if (action != NULL && http_request_method(request) != HTTP_HEAD)
		actions_serve(site->actions, request, action);
	else
		page_status(request, site->supervisor, site->verdicts);
	free(action);
}

static void
serve_tail(struct site *site, struct http_request *request)
{
	page_tail(request, site->supervisor);
}

static void
serve_ok(struct site *site, struct http_request *request)
{
	(void)site;
	http_reply(request, 200, "text/plain", "OK", 2);
}

static void
serve_live(struct site *site, struct http_request *request)
{
	live_serve(request, site->live);
}

static void
serve_report(struct site *site, struct http_request *request)
{
	verdicts_serve_report(request, site->verdicts);
}

void
site_serve(struct http_request *request, void *arg)
{
	static const struct {
		const char *path;
		unsigned int methods;
		void (*serve)(struct site *, struct http_request *);
	} pages[] = {
		{ "", HTTP_GET | HTTP_HEAD | HTTP_POST, serve_index },
		{ "index.html", HTTP_GET | HTTP_HEAD | HTTP_POST, serve_index },
		{ "tail.html", HTTP_GET | HTTP_HEAD | HTTP_POST, serve_tail },
		{ "ok.html", HTTP_GET | HTTP_HEAD | HTTP_POST, serve_ok },
		{ "events", HTTP_GET, serve_live },
		{ "preflight.json", HTTP_GET | HTTP_HEAD, serve_report },
	};
	const char *path = http_request_path(request);
	enum http_method method = http_request_method(request);

	path += strspn(path, "/");
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		if (strcmp(pages[i].path, path) == 0 &&
		    (pages[i].methods & method) != 0) {
			pages[i].serve(arg, request);
			return;
		}
	}
	if ((method & (HTTP_GET | HTTP_HEAD)) == 0)
		http_reply_error(request, 400);
	else if (!assets_serve(request, path))
		http_reply_error(request, 404);
}
