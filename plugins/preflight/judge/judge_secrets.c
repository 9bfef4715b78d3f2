/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/path_below.h"
#include "base/xmalloc.h"

#include "preflight/judge/judge.h"
#include "preflight/judge/judge_grant.h"
#include "preflight/judge/judge_links.h"
#include "preflight/nginx/nginx_route.h"
#include "preflight/probe/security.h"
#include "preflight/report/sentence.h"

/*
 * What the worker can read or write and should not (contract P4.8): files that
 * are nobody's business in the served trees, the program's directory and the
 * user's home, and which of them a visitor could ask for by URL.
 */

#define HOME_DEPTH 3

struct roots {
	struct security_root *list;
	const struct need **needs; /* the need that serves it, or NULL */
	size_t count;
};

static void
add_root(struct roots *roots, const char *path, const struct need *need,
    unsigned depth, bool home)
{
	for (size_t i = 0; i < roots->count; i++) {
		if (strcmp(roots->list[i].path, path) == 0)
			return;
	}
	roots->list =
	    xreallocarray(roots->list, roots->count + 1, sizeof(*roots->list));
	roots->needs = xreallocarray(roots->needs, roots->count + 1,
	    sizeof(*roots->needs));
	roots->needs[roots->count] = need;
	roots->list[roots->count++] = (struct security_root){
		.path = path,
		.depth = depth,
		.served = need != NULL,
		.home = home,
	};
}

static void
collect_roots(struct judge *judge, const struct pairing *pairing,
    struct roots *roots, struct strvec *expected)
{
	const struct program_view *view = judge->view;

	for (size_t i = 0; i < pairing->need_count; i++) {
		const struct need *need = pairing->needs[i].need;

		if (need->variable != NULL)
			continue;
		if (need->kind == NEED_STATIC_TREE ||
		    need->kind == NEED_INTERNAL_TREE)
			add_root(roots, need->path, need, 0, false);
		else if (need->kind == NEED_HTPASSWD ||
		    need->kind == NEED_TLS_KEY)
			strvec_push(expected, need->path);
	}
	if (view->directory != NULL && strcmp(view->directory, "/") != 0)
		add_root(roots, view->directory, NULL, 0, false);
	if (view->home != NULL && view->cred.uid != 0 &&
	    strcmp(view->home, "/") != 0)
		add_root(roots, view->home, NULL, HOME_DEPTH, true);
}

static struct nginx_base
base_of(const struct judge *judge)
{
	return (struct nginx_base){
		.prefix = judge->instance->site.prefix,
		.conf_dir = judge->instance->site.conf_dir,
	};
}

/* Two slashes are one to most servers, and to the others no location that is
 * written with one. */
static bool
merges_slashes(const struct nginx_server *server)
{
	return strcmp(nginx_scope_value(server->node, "merge_slashes", "on"),
		   "off") != 0;
}

/* The URL under which the tree's file could be asked for, if it is answered;
 * the caller frees, NULL if it is not. */
static char *
exposed_url(struct judge *judge, const struct need *need, const char *path)
{
	const struct nginx_base base = base_of(judge);
	size_t len = strlen(need->path);
	const char *below = path + len;
	/* Whatever comes to a named location may have any URI. */
	const char *above = need->url == NULL ? "/" : need->url;
	char *url, *slashes;

	if (need->server == NULL || need->kind != NEED_STATIC_TREE ||
	    strncmp(path, need->path, len) != 0)
		return NULL;
	if (above[strlen(above) - 1] == '/')
		below += strspn(below, "/");
	url = xasprintf("%s%s", above, below);
	if (nginx_route_exposes(need->server, &base, url, path))
		return url;
	slashes = merges_slashes(need->server) ? NULL : xasprintf("/%s", url);
	free(url);
	if (slashes != NULL &&
	    nginx_route_exposes(need->server, &base, slashes, path))
		return slashes;
	free(slashes);
	return NULL;
}

/* Where a request goes beside the tree: its URI, and the path that nginx makes
 * of it; NULL if the path is not to be had that way.  The caller frees both. */
static char *
escape_uri(const struct need *need, const char *path, char **file)
{
	size_t len = strlen(need->path);

	if (need->slash_sibling && strncmp(path, need->path, len) == 0 &&
	    path[len] != '/' && path[len] != '\0') {
		*file = xstrdup(path);
		return xasprintf("%s%s", need->url, path + len);
	}
	if (!need->slash_escape)
		return NULL;
	for (len--; len > 0 && need->path[len - 1] != '/'; len--)
		;
	if (len < 2 || strncmp(path, need->path, len) != 0)
		return NULL;
	*file = xasprintf("%s../%s", need->path, path + len);
	return xasprintf("%s../%s", need->url, path + len);
}

/* A secret beside the tree makes the slip critical. */
static void
raise_escape(struct judge *judge, const struct need *need)
{
	for (size_t i = 0; i < judge->program->finding_count; i++) {
		struct finding *one = judge->program->findings[i];

		if (one->code == PF508 && one->path != NULL &&
		    strcmp(one->path, need->path) == 0)
			one->severity = SEVERITY_CRITICAL;
	}
}

/* What lies beside a tree whose location and alias disagree about the last
 * slash, or both lack it, can be asked for through it; the caller frees, NULL
 * if not. */
static char *
escape_url(struct judge *judge, const struct roots *roots, const char *path)
{
	const struct nginx_base base = base_of(judge);
	const struct need *need;
	char *file, *uri;
	bool exposed;

	for (size_t i = 0; i < roots->count; i++) {
		need = roots->needs[i];
		uri = need == NULL || need->url == NULL || need->server == NULL
		    ? NULL
		    : escape_uri(need, path, &file);
		if (uri == NULL)
			continue;
		exposed = nginx_route_exposes(need->server, &base, uri, file);
		free(file);
		if (exposed) {
			raise_escape(judge, need);
			return uri;
		}
		free(uri);
	}
	return NULL;
}

/* Of these not reading is the harm. */
static void
judge_login(struct judge *judge, size_t check, const struct sighting *sighting)
{
	struct finding *finding = finding_create(PF515, sighting->path);
	char *facts = sentence_facts(&sighting->facts);

	finding_say(finding,
	    "%s (%s, %s) can be changed by %s: whoever takes it over can log "
	    "in as %s",
	    sighting->path, secret_text(sighting->kind), facts, judge->worker,
	    judge->view->user);
	judge_add(judge, check, NULL, finding);
	free(facts);
}

static void
judge_sighting(struct judge *judge, size_t check, const struct roots *roots,
    const struct sighting *sighting)
{
	const struct need *need = roots->needs[sighting->root];
	int code = finding_code_parse(secret_code(sighting->kind));
	char *facts = sentence_facts(&sighting->facts), *url = NULL;
	struct finding *finding;

	if (need != NULL)
		url = exposed_url(judge, need, sighting->path);
	if (url == NULL && sighting->readable == ANSWER_YES &&
	    sighting->kind != SECRET_SOURCE)
		url = escape_url(judge, roots, sighting->path);
	if (sighting->readable == ANSWER_YES && code != -1 &&
	    sighting->kind != SECRET_SOURCE) {
		finding =
		    finding_create((enum finding_code)code, sighting->path);
		if (sighting->weaker && finding->severity > SEVERITY_INFO)
			finding->severity--;
		finding_say(finding, "%s (%s, %s) is readable by %s%s",
		    sighting->path, secret_text(sighting->kind), facts,
		    judge->worker, url == NULL ? "; not reachable by URL" : "");
		judge_add(judge, check, NULL, finding);
	}
	if (sighting->readable == ANSWER_YES && url != NULL) {
		finding = finding_create(PF504, sighting->path);
		if (sighting->weaker)
			finding->severity = SEVERITY_ERROR;
		finding_say(finding, "%s (%s) can be asked for as %s",
		    sighting->path, secret_text(sighting->kind), url);
		judge_add(judge, check, need, finding);
	}
	free(facts);
	free(url);
}

/* What dav_methods are to change is not the program's code. */
static bool
is_for_uploads(const struct roots *roots, const char *path)
{
	for (size_t i = 0; i < roots->count; i++)
		if (roots->needs[i] != NULL && roots->needs[i]->writable &&
		    path_is_inside(path, roots->needs[i]->path))
			return true;
	return false;
}

static void
judge_writable(struct judge *judge, size_t check, const struct roots *roots,
    const struct sighting *sighting)
{
	struct finding *finding;
	char *facts;

	if (is_for_uploads(roots, sighting->path))
		return;
	finding = finding_create(PF506, sighting->path);
	facts = sentence_facts(&sighting->facts);
	finding_say(finding,
	    "%s may change %s (%s): a hole in nginx would "
	    "become one in the program",
	    judge->worker, sighting->path, facts);
	judge_add(judge, check, NULL, finding);
	free(facts);
}

/* Whether the worker may read the file behind the path and the program's user
 * may not. */
static bool
is_beyond_app(struct judge *judge, size_t check, const char *path)
{
	const struct probe_as app = judge_as_app(judge);
	const struct question question = {
		.what = ASK_READ_FILE,
		.path = path,
	};
	struct answer answer;
	bool worker, denied;

	if (!judge_ask(judge, check, &question, &answer))
		return false;
	worker = answer.verdict == ANSWER_YES;
	answer_done(&answer);
	if (!worker ||
	    probe_ask(&app, &question, 1, &answer, &judge->probe, NULL) == -1)
		return false;
	denied = answer.verdict == ANSWER_NO && answer.error == EACCES;
	answer_done(&answer);
	return denied;
}

/* The URL of a link in one of the served trees; the caller frees, NULL if it
 * has none. */
static char *
link_url(struct judge *judge, const struct roots *roots,
    const struct tree_link *link)
{
	char *url = NULL;

	for (size_t i = 0; i < roots->count && url == NULL; i++) {
		if (roots->needs[i] != NULL)
			url = exposed_url(judge, roots->needs[i], link->path);
	}
	return url;
}

static void
judge_leaving(struct judge *judge, size_t check, const struct roots *roots,
    const struct tree_link *link)
{
	struct finding *finding = finding_create(PF514, link->path);
	char *url = link_url(judge, roots, link);
	bool published = url != NULL && is_beyond_app(judge, check, link->path);

	if (published)
		finding->severity = SEVERITY_CRITICAL;
	finding_say(finding,
	    "the link %s leads out of the served tree, to %s%s%s", link->path,
	    link->target,
	    published ? "; what the program's user may not read itself can be "
			"asked for as "
		      : "",
	    published ? url : "");
	judge_add(judge, check, NULL, finding);
	free(url);
}

/* Groups that give the worker far more than it needs. */
static void
judge_groups(struct judge *judge, size_t check)
{
	const struct cred *worker = &judge->identity->cred;
	const char *powerful = security_powerful_group(worker);
	struct finding *finding;

	if (powerful != NULL) {
		finding = finding_create(PF509, NULL);
		finding->subject = xstrdup(powerful);
		finding_say(finding,
		    "%s is a member of group %s, which gives "
		    "far more than a web server needs",
		    judge->worker, powerful);
		judge_add(judge, check, NULL, finding);
	}
}

static void
scan(struct judge *judge, size_t check, const struct roots *roots,
    const struct strvec *expected)
{
	const struct security_options options = {
		.worker = judge->identity,
		.app = &judge->view->cred,
		.roots = roots->list,
		.root_count = roots->count,
		.more_secrets = judge->more_secrets,
		.expected = expected->items,
		.expected_count = expected->len,
		.stat_only = judge->stat_only,
		.budget = judge->budget,
		.probe = judge->probe,
	};
	struct security_result result = { 0 };
	struct finding *finding;
	char *cause = NULL;

	if (security_scan(&options, &result, &cause) == -1) {
		finding = finding_create(PF901, NULL);
		finding_say(finding, "the search for secrets failed: %s",
		    cause);
		free(cause);
		judge_add(judge, check, NULL, finding);
		return;
	}
	for (size_t i = 0; i < result.count; i++) {
		if (result.items[i].kind == SECRET_LOGIN)
			judge_login(judge, check, &result.items[i]);
		else
			judge_sighting(judge, check, roots, &result.items[i]);
	}
	for (size_t i = 0; i < result.writable_count; i++)
		judge_writable(judge, check, roots, &result.writable[i]);
	for (size_t i = 0; i < result.leaving_count; i++)
		if (judge_link_is_foreign(judge->view, &result.leaving[i]))
			judge_leaving(judge, check, roots, &result.leaving[i]);
	security_result_done(&result);
}

void
judge_secrets(struct judge *judge, const struct pairing *pairing)
{
	struct roots roots = { 0 };
	struct strvec expected = STRVEC_INIT;
	struct check *check;
	size_t index;

	/* Everything is readable then, see PF007 and PF012. */
	if (judge->identity->cred.uid == 0 ||
	    judge->identity->cred.uid == judge->view->cred.uid)
		return;
	collect_roots(judge, pairing, &roots, &expected);
	check = program_report_add_check(judge->program, "secrets",
	    judge->view->directory != NULL  ? judge->view->directory
		: judge->view->home != NULL ? judge->view->home
					    : "/");
	check->identity = xstrdup(judge->identity_id);
	check->confidence = judge_confidence(judge);
	index = judge->program->check_count - 1;
	if (roots.count > 0)
		scan(judge, index, &roots, &expected);
	judge_groups(judge, index);
	judge_membership(judge, index);
	judge_memberships(judge, index);
	judge_tenants(judge, index);
	strvec_done(&expected);
	free(roots.list);
	free(roots.needs);
}
