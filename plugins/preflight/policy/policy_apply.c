/* SPDX-License-Identifier: ISC */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"

#include "preflight/app/preflight_keys.h"
#include "preflight/policy/policy_apply.h"
#include "preflight/report/report.h"

/*
 * What a policy changes: before the checks what is looked at, after them what
 * counts.  A finding that is ignored disappears; one that is waived stays in
 * the report with its reason.
 */

static void
add_trees(const struct policy_pair *pair, struct preflight_keys *keys)
{
	for (size_t i = 0; i < pair->tree_count; i++) {
		struct served_path *served;

		keys->served = xreallocarray(keys->served,
		    keys->served_count + 1, sizeof(*keys->served));
		served = &keys->served[keys->served_count++];
		*served = (struct served_path){
			.path = xstrdup(pair->trees[i].path),
			.url = pair->trees[i].url == NULL
			    ? NULL
			    : xstrdup(pair->trees[i].url),
			.max_unreadable = pair->trees[i].max_unreadable,
		};
	}
}

void
policy_apply_keys(const struct policy *policy, const char *program,
    struct preflight_keys *keys)
{
	const struct policy_pair *pair = policy_pair_of(policy, program);

	keys->confirm_http = keys->confirm_http || policy->confirm_http;
	strvec_copy(&keys->dumped_nginx, &policy->dumped_nginx);
	if (strcmp(keys->nginx, "auto") == 0 && policy->nginx.len > 0) {
		free(keys->nginx);
		keys->nginx = xstrdup(policy->nginx.items[0]);
		for (size_t i = 1; i < policy->nginx.len; i++)
			strvec_push(&keys->more_nginx, policy->nginx.items[i]);
	}
	if (pair == NULL)
		return;
	keys->demanded = true;
	if (keys->servers.len == 0)
		strvec_copy(&keys->servers, &pair->servers);
	if (keys->uploads.len == 0)
		strvec_copy(&keys->uploads, &pair->uploads);
	if (keys->served_count == 0)
		add_trees(pair, keys);
	if (keys->sockets.len == 0 && pair->socket != NULL)
		strvec_push(&keys->sockets, pair->socket);
	if (keys->socket_mode == -1)
		keys->socket_mode = pair->socket_mode;
	keys->exclusive = keys->exclusive || pair->exclusive;
}

static enum code_action
action_of(const struct policy *policy, const struct program_report *program,
    enum finding_code code)
{
	const struct policy_pair *pair =
	    program == NULL ? NULL : policy_pair_of(policy, program->name);

	if (pair != NULL && pair->codes[code] != CODE_DEFAULT)
		return pair->codes[code];
	return policy->codes[code];
}

static bool
is_secret(enum finding_code code)
{
	return code == PF501 || code == PF502 || code == PF503 ||
	    code == PF504 || code == PF505 || code == PF515;
}

static bool
is_ignored_secret(const struct policy *policy, const struct finding *finding)
{
	if (!is_secret(finding->code) || finding->path == NULL)
		return false;
	for (size_t i = 0; i < policy->secrets_ignore.len; i++) {
		if (fnmatch(policy->secrets_ignore.items[i], finding->path,
			0) == 0)
			return true;
	}
	return false;
}

static bool
covers(const struct waiver *waiver, const struct program_report *program,
    const struct finding *finding)
{
	if (waiver->code != finding->code)
		return false;
	if (strcmp(waiver->program, "*") == 0) {
		if (finding->severity == SEVERITY_CRITICAL)
			return false;
	} else if (program == NULL ||
	    strcmp(waiver->program, program->name) != 0)
		return false;
	return strcmp(waiver->path, "*") == 0 ||
	    (finding->path != NULL &&
		fnmatch(waiver->path, finding->path, 0) == 0);
}

static void
waive(struct policy *policy, const struct program_report *program,
    struct finding *finding, time_t now)
{
	for (size_t i = 0; i < policy->waiver_count; i++) {
		struct waiver *waiver = &policy->waivers[i];

		if (!covers(waiver, program, finding))
			continue;
		waiver->used = true;
		if (waiver->until <= now || finding->waived)
			continue;
		finding->waived = true;
		finding->waiver =
		    xasprintf("%s (%s)", waiver->reason, waiver->by);
	}
}

/* True if the finding goes. */
static bool
apply(struct policy *policy, const struct report *report,
    const struct program_report *program, struct finding *finding, time_t now)
{
	if (is_ignored_secret(policy, finding))
		return true;
	switch (action_of(policy, program, finding->code)) {
	case CODE_IGNORE:
		return true;
	case CODE_FAIL:
		if (finding->severity < report->fail_level)
			finding->severity = report->fail_level;
		break;
	case CODE_WARN:
		if (finding->severity != SEVERITY_UNDECIDED)
			finding->severity = SEVERITY_WARNING;
		break;
	case CODE_DEFAULT:
		break;
	}
	waive(policy, program, finding, now);
	return false;
}

void
policy_apply_program(struct policy *policy, struct report *report,
    struct program_report *program, time_t now)
{
	for (size_t i = program->finding_count; i-- > 0;) {
		if (apply(policy, report, program, program->findings[i], now))
			program_report_drop(program, i);
	}
}

void
policy_apply_report(struct policy *policy, struct report *report, time_t now)
{
	for (size_t i = report->finding_count; i-- > 0;) {
		if (apply(policy, report, NULL, report->findings[i], now))
			report_drop(report, i);
	}
}

void
policy_report_waivers(const struct policy *policy, struct report *report,
    time_t now)
{
	struct finding *finding;

	for (size_t i = 0; i < policy->waiver_count; i++) {
		const struct waiver *waiver = &policy->waivers[i];
		bool over = waiver->until <= now;

		if (!over && waiver->used)
			continue;
		finding = finding_create(over ? PF920 : PF921, NULL);
		finding->at = xstrdup(waiver->at);
		finding->subject =
		    xasprintf("%s %s %s", finding_code_id(waiver->code),
			waiver->program, waiver->path);
		finding_say(finding,
		    over
			? "the waiver of %s for %s is over: what it covered counts "
			  "again"
			: "the waiver of %s for %s covers nothing",
		    finding_code_id(waiver->code), waiver->program);
		report_add(report, finding);
	}
}
