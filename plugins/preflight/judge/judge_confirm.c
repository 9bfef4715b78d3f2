/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/xmalloc.h"

#include "preflight/judge/confirm_http.h"
#include "preflight/judge/judge.h"
#include "preflight/nginx/nginx_route.h"

/*
 * Where the probe says yes, nginx is asked for a few of the files: it alone
 * knows about seccomp, Landlock and the rules of a security module (contract
 * P4.9).  Requests that something else than the file decides are left out.  Of
 * a socket that somebody listens at it is asked for the location's own URL.
 */

#define FILES_MAX  3
#define TIMEOUT_MS 2000

/* The URI that leads to the file and to nothing else; the caller frees. */
static char *
plain_uri(const struct judge *judge, const struct need *need, const char *file)
{
	const struct nginx_site *site = &judge->instance->site;
	const struct nginx_base base = {
		.prefix = site->prefix,
		.conf_dir = site->conf_dir,
	};
	struct nginx_route route;
	bool usable;
	char *uri;

	if (need->server == NULL ||
	    (need->kind != NEED_STATIC_TREE && need->kind != NEED_STATIC_FILE))
		return NULL;
	uri = need_uri(need, file);
	if (uri == NULL)
		return NULL;
	nginx_route_find(need->server, &base, uri, &route);
	usable = !route.restricted && !route.undecided && route.status == 0;
	nginx_route_done(&route);
	if (usable)
		return uri;
	free(uri);
	return NULL;
}

/* What nginx itself answered is as sure as it gets. */
static void
note_confirmed(struct judge *judge, size_t check)
{
	struct check *one = &judge->program->checks[check];

	one->is_confirmed = true;
	if (one->confidence == CONFIDENCE_LIKELY)
		one->confidence = CONFIDENCE_PROBED;
}

static void
confirm_file(struct judge *judge, size_t check, const struct need *need,
    const char *file)
{
	char *uri = plain_uri(judge, need, file);
	struct finding *finding;
	int status;

	if (uri == NULL)
		return;
	status =
	    confirm_http(judge->instance->site.model, need, uri, TIMEOUT_MS);
	if (status == 403 || status == 404 || status == 500) {
		finding = finding_create(PF019, file);
		finding_say(finding,
		    "%s is readable for %s as far as can be "
		    "tried, but nginx answers %d for %s: it is confined in a "
		    "way that cannot be imitated, or runs with another "
		    "configuration",
		    file, judge->worker, status, uri);
		finding->effect.status = status;
		finding->effect.url = xstrdup(uri);
		judge_add(judge, check, need, finding);
	} else if (status == 200 || status == 304) {
		note_confirmed(judge, check);
	}
	free(uri);
}

/* Whether there is somebody to ask, and the wish to. */
static bool
may_ask(const struct judge *judge)
{
	return judge->confirm && judge->instance->master != 0 &&
	    !judge->identity->draining;
}

void
judge_confirm_file(struct judge *judge, size_t check, const struct need *need)
{
	if (may_ask(judge))
		confirm_file(judge, check, need, need->path);
}

void
judge_confirm(struct judge *judge, size_t check, const struct need *need,
    const struct tree_result *tree)
{
	size_t asked = 0;

	if (!may_ask(judge))
		return;
	for (size_t i = 0; i < tree->class_count && asked < FILES_MAX; i++) {
		const struct tree_class *class = &tree->classes[i];

		if (!S_ISREG(class->facts.mode) || class->refused > 0 ||
		    class->asked == 0 || class->example == NULL)
			continue;
		confirm_file(judge, check, need, class->example);
		asked++;
	}
}

/* The URI that is handed to the socket and to nothing else; the caller frees,
 * NULL if there is none. */
static char *
passed_uri(const struct judge *judge, const struct need *need)
{
	const struct nginx_site *site = &judge->instance->site;
	const struct nginx_base base = {
		.prefix = site->prefix,
		.conf_dir = site->conf_dir,
	};
	struct nginx_route route;
	bool usable;

	if (need->url == NULL || *need->url != '/' || need->server == NULL ||
	    need->upstream != NULL)
		return NULL;
	nginx_route_find(need->server, &base, need->url, &route);
	usable = !route.restricted && !route.undecided && route.status == 0 &&
	    route.content == NGINX_CONTENT_PASS &&
	    route.location == need->location;
	nginx_route_done(&route);
	return usable ? xstrdup(need->url) : NULL;
}

void
judge_confirm_socket(struct judge *judge, size_t check, const struct need *need)
{
	bool confined = judge->identity->confinement.differs;
	struct finding *finding;
	char *uri;
	int status;

	if (!may_ask(judge))
		return;
	uri = passed_uri(judge, need);
	status = uri == NULL
	    ? 0
	    : confirm_http(judge->instance->site.model, need, uri, TIMEOUT_MS);
	/* An application may answer 500 by itself; what nginx cannot even try
	 * because it is confined is a 500, too. */
	if (status == 502 || (status == 500 && confined)) {
		finding = finding_create(PF019, need->path);
		finding_say(finding,
		    "%s may connect to %s as far as can be tried, but nginx "
		    "answers %d for %s: %s",
		    judge->worker, need->path, status, uri,
		    confined ? "it is confined in a way that cannot be imitated"
			     : "it runs with another configuration, or the "
			       "application does not speak what nginx expects");
		finding->effect.status = status;
		finding->effect.url = xstrdup(uri);
		judge_add(judge, check, need, finding);
	} else if (status != 0 && status != 500 && status != 504) {
		note_confirmed(judge, check);
	}
	free(uri);
}

/* Whether a visitor's request rests on it, so that one can tell. */
static bool
is_of_requests(const struct check *check)
{
	return check->identity != NULL && check->result == CHECK_PASS &&
	    (strcmp(check->kind, need_kind_name(NEED_STATIC_TREE)) == 0 ||
		strcmp(check->kind, need_kind_name(NEED_STATIC_FILE)) == 0 ||
		strcmp(check->kind, need_kind_name(NEED_SOCKET)) == 0);
}

void
judge_confirm_settle(struct report *report)
{
	size_t confirmed = 0, open = 0;
	char *before;

	for (size_t i = 0; i < report->program_count; i++) {
		const struct program_report *program = &report->programs[i];

		for (size_t j = 0; j < program->check_count; j++) {
			const struct check *one = &program->checks[j];

			confirmed += one->is_confirmed;
			open += is_of_requests(one) &&
			    one->confidence == CONFIDENCE_LIKELY;
		}
	}
	if (confirmed == 0 || open > 0)
		return;
	for (size_t i = 0; i < report->finding_count; i++) {
		struct finding *one = report->findings[i];

		if (one->code != PF013)
			continue;
		one->severity = SEVERITY_INFO;
		before = one->message;
		one->message = NULL;
		finding_say(one, "%s; nginx itself confirmed it for requests",
		    before);
		free(before);
	}
}
