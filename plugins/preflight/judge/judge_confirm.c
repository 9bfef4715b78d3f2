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
 * P4.9).  Requests that something else than the file decides are left out.
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
	size_t len = strlen(need->path);
	struct nginx_route route;
	bool usable;
	char *uri;

	if (need->url == NULL || need->server == NULL ||
	    need->kind != NEED_STATIC_TREE ||
	    strncmp(file, need->path, len) != 0)
		return NULL;
	file += len;
	if (need->url[strlen(need->url) - 1] == '/')
		file += strspn(file, "/");
	uri = xasprintf("%s%s", need->url, file);
	nginx_route_find(need->server, &base, uri, &route);
	usable = !route.restricted && !route.undecided && route.status == 0;
	nginx_route_done(&route);
	if (usable)
		return uri;
	free(uri);
	return NULL;
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
	status = confirm_http(need, uri, TIMEOUT_MS);
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
	}
	free(uri);
}

void
judge_confirm(struct judge *judge, size_t check, const struct need *need,
    const struct tree_result *tree)
{
	size_t asked = 0;

	if (judge->instance->master == 0 || judge->identity->draining)
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
