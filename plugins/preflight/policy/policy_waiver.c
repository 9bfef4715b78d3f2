/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/suggest.h"
#include "base/utf8.h"
#include "base/xmalloc.h"

#include "preflight/policy/policy.h"
#include "preflight/policy/policy_waiver.h"

/*
 * A waiver is a promise of a person with a name and an end: one that names
 * neither, or reaches further than a year, is refused as a whole file.
 */

#define REASON_MIN 10
#define DAY_S	   86400

int
policy_code(struct policy_reader *reader, const yaml_node_t *node, int *code)
{
	const char *text = policy_text(reader, node), *near;

	if (text == NULL)
		return -1;
	*code = finding_code_parse(text);
	if (*code != -1)
		return 0;
	near = suggest(text, finding_code_ids());
	return policy_refuse(reader, node, "there is no code '%s'%s%s%s", text,
	    near == NULL ? "" : ", did you mean '", near == NULL ? "" : near,
	    near == NULL ? "" : "'?");
}

bool
policy_never_for_all(enum finding_code code)
{
	return code == PF902 || code == PF019 ||
	    finding_code_severity(code) == SEVERITY_CRITICAL;
}

/* What is being read, and which keys were there. */
struct draft {
	struct waiver *waiver;
	bool has_code;
};

static int
read_code(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	struct draft *draft = target;
	int code;

	if (policy_code(reader, node, &code) == -1)
		return -1;
	draft->waiver->code = (enum finding_code)code;
	draft->has_code = true;
	return 0;
}

static int
read_program(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	return policy_read_text(reader, node,
	    &((struct draft *)target)->waiver->program);
}

static int
read_path(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	return policy_read_text(reader, node,
	    &((struct draft *)target)->waiver->path);
}

static int
read_by(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	return policy_read_text(reader, node,
	    &((struct draft *)target)->waiver->by);
}

static int
read_reason(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	struct waiver *waiver = ((struct draft *)target)->waiver;

	if (policy_read_text(reader, node, &waiver->reason) == -1)
		return -1;
	if (utf8_count(waiver->reason, strlen(waiver->reason)) < REASON_MIN)
		return policy_refuse(reader, node,
		    "a reason has at least %d characters", REASON_MIN);
	return 0;
}

/* The end of this day in a year; a leap year has one more. */
static time_t
year_ahead(time_t now)
{
	struct tm tm;

	gmtime_r(&now, &tm);
	tm.tm_year++;
	return timegm(&tm) + DAY_S;
}

static int
read_until(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	struct waiver *waiver = ((struct draft *)target)->waiver;
	const char *text = policy_text(reader, node), *end;
	struct tm tm = { 0 };
	int day;

	if (text == NULL)
		return -1;
	end = strptime(text, "%Y-%m-%d", &tm);
	day = tm.tm_mday;
	waiver->until = timegm(&tm) + DAY_S;
	/* The 31st of a shorter month has become a day of the next. */
	if (end == NULL || *end != '\0' || tm.tm_mday != day)
		return policy_refuse(reader, node,
		    "'%s' is no date like 2027-03-31", text);
	if (waiver->until > year_ahead(reader->now))
		return policy_refuse(reader, node,
		    "a waiver may reach one year ahead, not to %s", text);
	return 0;
}

static int
check_complete(struct policy_reader *reader, const yaml_node_t *node,
    const struct draft *draft)
{
	const struct waiver *waiver = draft->waiver;
	const char *missing = !draft->has_code ? "code"
	    : waiver->program == NULL	       ? "program"
	    : waiver->reason == NULL	       ? "reason"
	    : waiver->until == 0	       ? "until"
	    : waiver->by == NULL	       ? "by"
	    : waiver->path == NULL	       ? "path"
					       : NULL;

	if (missing != NULL)
		return policy_refuse(reader, node, "the waiver has no '%s'",
		    missing);
	if (strcmp(waiver->program, "*") == 0 &&
	    policy_never_for_all(waiver->code))
		return policy_refuse(reader, node,
		    "%s cannot be waived for all programs",
		    finding_code_id(waiver->code));
	return 0;
}

static int
read_waiver(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	static const struct policy_key keys[] = {
		{ "code", read_code },
		{ "program", read_program },
		{ "path", read_path },
		{ "reason", read_reason },
		{ "until", read_until },
		{ "by", read_by },
		{ NULL, NULL },
	};
	struct policy *policy = target;
	struct draft draft = { 0 };

	policy->waivers = xreallocarray(policy->waivers,
	    policy->waiver_count + 1, sizeof(*policy->waivers));
	draft.waiver = &policy->waivers[policy->waiver_count++];
	*draft.waiver = (struct waiver){
		.at = xasprintf("%s:%zu", reader->file,
		    node->start_mark.line + 1),
	};
	if (policy_mapping(reader, node, keys, &draft) == -1)
		return -1;
	return check_complete(reader, node, &draft);
}

int
policy_waivers(struct policy_reader *reader, yaml_node_t *node, void *target)
{
	return policy_sequence(reader, node, read_waiver, target);
}

void
policy_waiver_done(struct waiver *waiver)
{
	free(waiver->program);
	free(waiver->path);
	free(waiver->reason);
	free(waiver->by);
	free(waiver->at);
}
