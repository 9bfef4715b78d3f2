/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "base/path_below.h"
#include "base/xmalloc.h"

#include "preflight/app/tenants.h"
#include "preflight/judge/judge.h"
#include "preflight/judge/judge_grant.h"
#include "preflight/judge/judge_links.h"
#include "preflight/probe/grant.h"
#include "preflight/report/sentence.h"

/*
 * The worker with a grant and without it, over the places of a program.
 */

#define PLACES_MAX 2

struct places {
	const char *items[PLACES_MAX];
	size_t count;
};

static struct places
places_of(const struct program_view *view)
{
	struct places places = { .count = 0 };

	if (view->home != NULL && strcmp(view->home, "/") != 0)
		places.items[places.count++] = view->home;
	if (view->directory != NULL && strcmp(view->directory, "/") != 0 &&
	    !path_is_inside(view->directory, view->home))
		places.items[places.count++] = view->directory;
	return places;
}

/* Trees and files that nginx has to read anyway. */
static void
needed_by(const struct pairing *pairing, struct strvec *needed)
{
	for (size_t i = 0; pairing != NULL && i < pairing->need_count; i++) {
		const struct need *need = pairing->needs[i].need;

		if (need->variable == NULL && *need->path == '/' &&
		    need->kind != NEED_SOCKET && need->kind != NEED_TEMP_DIR &&
		    need->kind != NEED_STORE_DIR)
			strvec_push(needed, need->path);
	}
}

static void
measure(struct judge *judge, const struct program_view *whose,
    struct grant_question *question, struct grant *grant)
{
	struct places places = places_of(whose);
	struct strvec needed = STRVEC_INIT;

	needed_by(judge->pairing, &needed);
	question->worker = judge->identity;
	question->app = &whose->cred;
	question->places = places.items;
	question->place_count = places.count;
	question->needed = &needed;
	question->budget = tree_budget_start;
	question->probe = judge->probe;
	grant_measure(question, grant);
	strvec_done(&needed);
}

void
judge_grant_group(struct judge *judge, struct grant *grant)
{
	const struct cred *worker = &judge->identity->cred;
	gid_t group = judge->view->cred.gid;
	struct cred without = grant_with_group(worker, group, false);
	struct cred with = grant_with_group(worker, group, true);
	struct grant_question question = {
		.without = &without,
		.with = &with,
	};

	measure(judge, judge->view, &question, grant);
	free(without.groups);
	free(with.groups);
}

void
judge_grant_opened(struct judge *judge, const struct strvec *dirs,
    struct grant *grant)
{
	struct grant_question question = {
		.without = &judge->identity->cred,
		.with = &judge->identity->cred,
		.opened = dirs,
	};

	measure(judge, judge->view, &question, grant);
}

void
judge_membership(struct judge *judge, size_t check)
{
	const struct cred *worker = &judge->identity->cred;
	const struct cred *app = &judge->view->cred;
	struct finding *finding;
	struct grant grant;
	char *group, *price;

	if (app->uid == 0 || app->uid == worker->uid ||
	    app->gid == worker->gid || !access_in_group(worker, app->gid))
		return;
	judge_grant_group(judge, &grant);
	group = sentence_group(app->gid);
	price = grant_price(&grant);
	finding = finding_create(PF507, judge->view->home);
	finding_say(finding,
	    "%s is a member of group %s, beyond what it has to read: %s",
	    judge->worker, group, price);
	strvec_copy(&finding->opens, &grant.worst);
	judge_add(judge, check, NULL, finding);
	grant_done(&grant);
	free(group);
	free(price);
}

/* A tree in the program's places, in which links lead wherever they like. */
static const struct need *
free_links(const struct judge *judge)
{
	for (size_t i = 0; i < judge->pairing->need_count; i++) {
		const struct need *need = judge->pairing->needs[i].need;

		if (need->kind == NEED_STATIC_TREE && need->variable == NULL &&
		    pairing_is_likely(judge->view, need) &&
		    !need->symlinks_off && !need->symlinks_owner)
			return need;
	}
	return NULL;
}

/* A group of each, so that each could publish what the others keep from all but
 * their group. */
void
judge_memberships(struct judge *judge, size_t check)
{
	const struct cred *worker = &judge->identity->cred;
	const struct need *need = free_links(judge);
	struct strvec groups = STRVEC_INIT;
	struct finding *finding;
	char *names;

	for (size_t i = 0; i < judge->tenants->count; i++) {
		gid_t gid = judge->tenants->items[i]->cred.gid;

		if (gid != worker->gid && access_in_group(worker, gid))
			strvec_push_taken(&groups, sentence_group(gid));
	}
	if (need != NULL && groups.len > 1) {
		names = strvec_join(&groups, ", ");
		finding = finding_create(PF509, NULL);
		finding->subject = xstrdup(names);
		finding_say(finding,
		    "%s is a member of the groups of several programs' users "
		    "(%s) and links are followed below %s: each of them can "
		    "publish what the others let only their group read",
		    judge->worker, names, need->path);
		/* That there are several is all there is to it. */
		judge_add(judge, check, need, finding)->severity =
		    SEVERITY_ERROR;
		free(names);
	}
	strvec_done(&groups);
}

/* What this program's user could publish of another's, by a link, although it
 * may not read it. */
static void
judge_tenant(struct judge *judge, size_t check, const struct need *need,
    const struct program_view *other)
{
	struct grant_question question = {
		.without = &judge->view->cred,
		.with = &judge->identity->cred,
	};
	struct finding *finding;
	struct grant grant;

	measure(judge, other, &question, &grant);
	if (grant.files > 0) {
		finding = finding_create(PF514,
		    other->directory != NULL ? other->directory : other->home);
		finding_say(finding,
		    "by a link below %s, %s could publish %s%zu file%s of %s "
		    "that it may not read itself: the worker may, and links "
		    "are followed",
		    need->path, judge->view->user,
		    grant.complete ? "" : "at least ", grant.files,
		    grant.files == 1 ? "" : "s", other->user);
		strvec_copy(&finding->opens, &grant.worst);
		/* That there are several tenants is all there is to it. */
		judge_add(judge, check, need, finding)->severity =
		    SEVERITY_WARNING;
	}
	grant_done(&grant);
}

void
judge_tenants(struct judge *judge, size_t check)
{
	const struct need *need = free_links(judge);

	/* That takes a look at every home, and no start depends on it. */
	if (need == NULL || judge->view->cred.uid == 0 || judge->gate)
		return;
	for (size_t i = 0; i < judge->tenants->count; i++) {
		const struct program_view *other = judge->tenants->items[i];

		if (other->cred.uid != judge->view->cred.uid)
			judge_tenant(judge, check, need, other);
	}
}
